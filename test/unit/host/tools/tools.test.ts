import assert from "node:assert/strict";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  internalError,
  unknownTool,
  wrongArguments,
  wrongCall,
} from "../../../../src/core/messages/protocol";
import {
  noCurrentSelection,
  noLatestSelection,
} from "../../../../src/core/messages/tools";
import type {
  EditorTab,
  FileDiagnostic,
} from "../../../../src/host/editorStateContract";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { McpAgent } from "../../support/mcpAgent";
import { addWorktree, makeRepository } from "../../support/repositories";
import { Window } from "../../support/window";

const at = (line: number, character: number) => ({ line, character });

describe("the tool", function () {
  const ground = useGround("suite");
  let window: Window;
  let agent: Agent;
  let mcpAgent: McpAgent;
  let app: string;
  let nested: string;
  let file: string;
  before(async () => {
    app = makeRepository(ground.path("app"));
    nested = addWorktree(app, path.join(app, "wt"), "inner");
    ground.make("app", "src");
    file = path.join(app, "a.txt");
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [app, path.join(app, "src"), nested],
      }),
    );
    const record = await window.record(app);
    agent = ground.own(await Agent.connect(record));
    mcpAgent = ground.own(await McpAgent.connect(record));
  });
  beforeEach(() => {
    window.opened.length = 0;
  });
  const textOf = async (tool: string, args?: unknown) => {
    const { content, isError } = await agent.call(tool, args);
    assert.equal(content.length, 1);
    assert.equal(content[0]?.type, "text");
    return { text: content[0].text, isError: isError ?? false };
  };
  const tab = (changes: Partial<EditorTab> = {}): EditorTab => ({
    uri: pathToFileURL(file).href,
    path: file,
    isActive: true,
    isPinned: false,
    isPreview: true,
    isDirty: false,
    label: "a.txt",
    groupIndex: 0,
    viewColumn: 1,
    isGroupActive: true,
    languageId: "plaintext",
    lineCount: 4,
    isUntitled: false,
    ...changes,
  });

  it("list has a schema for every tool", async () => {
    const { result } = await agent.request("tools/list");
    const listed = result?.["tools"] as {
      name: string;
      description: string;
      inputSchema: {
        type: string;
        additionalProperties: boolean;
        required?: string[];
      };
    }[];
    for (const name of [
      "getCurrentSelection",
      "getDiagnostics",
      "getLatestSelection",
      "getOpenEditors",
      "getWorkspaceFolders",
      "openFile",
    ]) {
      const { description, inputSchema } =
        listed.find((tool) => tool.name === name) ?? assert.fail(name);
      assert.ok(description.length > 10, name);
      assert.equal(inputSchema.type, "object");
      assert.equal(inputSchema.additionalProperties, false);
      assert.deepEqual(
        inputSchema.required ?? [],
        name === "openFile" ? ["filePath"] : [],
      );
    }
    const names = listed.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });

  it("getWorkspaceFolders returns the worktree and its open folders, and nothing of a nested one", async () => {
    assert.deepEqual(await agent.callForJson("getWorkspaceFolders"), {
      success: true,
      folders: [app, path.join(app, "src")].map((folder) => ({
        name: path.basename(folder),
        uri: pathToFileURL(folder).href,
        path: folder,
      })),
      rootPath: app,
    });
  });

  it("getOpenEditors returns the tabs of this worktree's files, in Claude Code's terms", async () => {
    const inner = path.join(nested, "a.txt");
    const range = { start: at(1, 0), end: at(1, 3) };
    await window.host.pushState({
      selection: { text: "two", path: file, uri: tab().uri, range },
      tabs: [
        tab(),
        tab({ path: inner, uri: pathToFileURL(inner).href }),
        tab({ path: null, uri: "untitled:Untitled-1", isUntitled: true }),
        tab({ path: "/etc/hosts", uri: "file:///etc/hosts" }),
      ],
    });
    const { path: fileName, ...shown } = tab();
    assert.deepEqual(await agent.callForJson("getOpenEditors"), {
      tabs: [{ ...shown, fileName, selection: range }],
    });
    await window.host.forgetSelections();
  });

  it("getLatestSelection still has the selection when getCurrentSelection has none", async () => {
    await window.host.pushState({ selection: null });
    assert.deepEqual(await agent.callForJson("getLatestSelection"), {
      success: false,
      message: noLatestSelection,
    });
    const selected = {
      text: "two",
      path: file,
      uri: pathToFileURL(file).href,
      range: { start: at(1, 0), end: at(1, 3) },
    };
    const expected = {
      success: true,
      text: "two",
      filePath: file,
      fileUrl: selected.uri,
      selection: { start: at(1, 0), end: at(1, 3), isEmpty: false },
    };
    await window.host.pushState({ selection: selected });
    assert.deepEqual(await agent.callForJson("getCurrentSelection"), expected);
    assert.deepEqual(await agent.callForJson("getLatestSelection"), expected);
    await window.host.pushState({ selection: null });
    assert.deepEqual(await agent.callForJson("getCurrentSelection"), {
      success: false,
      message: noCurrentSelection,
    });
    assert.deepEqual(await agent.callForJson("getLatestSelection"), expected);
  });

  it("getDiagnostics returns all of this worktree, or one file's, or none", async () => {
    const other = path.join(app, "src", "b.txt");
    const inner = path.join(nested, "a.txt");
    const problem: FileDiagnostic = {
      message: "broken",
      severity: "Warning",
      range: { start: at(0, 1), end: at(0, 2) },
      source: "lint",
      code: "no-x",
    };
    const of = (one: string) => ({
      uri: pathToFileURL(one).href,
      path: one,
      diagnostics: [problem],
    });
    const shown = (one: string) => ({
      uri: pathToFileURL(one).href,
      diagnostics: [problem],
    });
    await window.host.pushDiagnostics([
      of(file),
      of(other),
      of(inner),
      of("/etc/hosts"),
    ]);
    const all = [shown(file), shown(other)];
    assert.deepEqual(await agent.callForJson("getDiagnostics"), all);
    assert.deepEqual(
      await agent.callForJson("getDiagnostics", { uri: "" }),
      all,
    );
    for (const uri of [file, "a.txt", pathToFileURL(file).href])
      assert.deepEqual(await agent.callForJson("getDiagnostics", { uri }), [
        shown(file),
      ]);
    assert.deepEqual(
      await agent.callForJson("getDiagnostics", { uri: "src/none.txt" }),
      [],
    );
    await window.host.pushDiagnostics([{ ...of(file), diagnostics: [] }]);
    assert.deepEqual(await agent.callForJson("getDiagnostics"), [shown(other)]);
  });

  it("openFile asks the editor, with every default filled in", async () => {
    assert.deepEqual(await textOf("openFile", { filePath: file }), {
      text: `Opened file: ${file}`,
      isError: false,
    });
    assert.deepEqual(window.opened, [
      {
        filePath: file,
        preview: false,
        startText: "",
        endText: "",
        selectToEndOfLine: false,
        makeFrontmost: true,
      },
    ]);
  });

  it("openFile says what it has opened in the background", async () => {
    const args = {
      filePath: "src/../a.txt",
      preview: true,
      startText: "two",
      endText: "three",
      selectToEndOfLine: true,
      makeFrontmost: false,
    };
    assert.deepEqual(await agent.callForJson("openFile", args), {
      success: true,
      filePath: file,
      languageId: "plaintext",
      lineCount: 3,
    });
    assert.deepEqual(window.opened, [{ ...args, filePath: file }]);
  });

  it("openFile passes on why the editor failed", async () => {
    const before = window.openOutcome;
    window.openOutcome = { kind: "failed", message: "It is a picture." };
    const answer = await textOf("openFile", { filePath: file });
    window.openOutcome = before;
    assert.deepEqual(answer, { text: "It is a picture.", isError: true });
  });

  it("openFile leaves it to the editor to judge a file that does not exist yet", async () => {
    await agent.call("openFile", { filePath: "new/folder/file.txt" });
    assert.equal(
      window.opened[0]?.filePath,
      path.join(app, "new/folder/file.txt"),
    );
  });

  for (const [tool, args] of [
    ["openFile", {}],
    ["openFile", { filePath: 1 }],
    ["openFile", { filePath: null }],
    ["openFile", { filePath: "a.txt", preview: "yes" }],
    ["openFile", { filePath: "a.txt", makeFrontmost: 0 }],
    ["openFile", { filePath: "a.txt", extra: 1 }],
    ["openFile", { filePath: "a.txt", startText: {} }],
    ["getDiagnostics", { uri: 1 }],
    ["getOpenEditors", { extra: true }],
    ["getWorkspaceFolders", { filePath: "a.txt" }],
  ] as const)
    it(`${tool} refuses ${JSON.stringify(args)}`, async () => {
      const { text, isError } = await textOf(tool, args);
      assert.ok(isError);
      const overHttp = await mcpAgent.call(tool, args);
      assert.equal(overHttp.content[0]?.text, text);
      assert.ok(text.startsWith(wrongArguments(tool, "")), text);
      assert.deepEqual(window.opened, []);
    });

  it("call is refused if the arguments are not an object or the tool is unknown", async () => {
    const call = (params: unknown) => agent.request("tools/call", params);
    for (const params of [
      { name: "openFile", arguments: "a.txt" },
      { name: "openFile", arguments: [] },
      { arguments: {} },
      { name: 1 },
      undefined,
    ]) {
      const { error } = await call(params);
      assert.equal(error?.code, -32_602, JSON.stringify(params));
      assert.ok(error.message.includes(wrongCall("")), error.message);
    }
    assert.deepEqual(window.opened, []);
    for (const name of ["noSuchTool", "constructor", "__proto__", ""]) {
      const { error } = await call({ name, arguments: {} });
      assert.equal(error?.code, -32_602);
      assert.ok(error.message.endsWith(unknownTool(name)), error.message);
      await assert.rejects(mcpAgent.call(name), { code: -32_602 });
    }
  });

  it("list is answered whatever else is asked with it", async () => {
    const { result } = await agent.request("tools/list", { cursor: 5 });
    assert.ok(Array.isArray(result?.["tools"]));
  });

  it("call that fails as nobody expected is logged with tool and agent, and answered without details", async () => {
    window.editorFailure = new Error("of the inside");
    try {
      const { error } = await agent.request("tools/call", {
        name: "checkDocumentDirty",
        arguments: { filePath: file },
      });
      assert.equal(error?.code, -32_603);
      assert.ok(error.message.endsWith(internalError), error.message);
      assert.ok(!error.message.includes("inside"), error.message);
      await until("it is logged", () =>
        window.hasLogged(
          "error",
          /Claude Code: checkDocumentDirty failed: .*of the inside/,
        ),
      );
    } finally {
      window.editorFailure = undefined;
    }
  });

  it("call that the window's end cancels waits for the window, until that is gone for good", async () => {
    const leaving = ground.own(
      await Window.open({
        home: ground.path("leaving"),
        lockDirectory: ground.path("leaving-locks"),
        folders: [app],
      }),
    );
    const other = ground.own(await Agent.connect(await leaving.record(app)));
    const canceled = new Error("Canceled");
    canceled.name = canceled.message;
    leaving.editorFailure = canceled;
    const before = other.answers.length;
    const call = other.request("tools/call", {
      name: "openDiff",
      arguments: {
        old_file_path: file,
        new_file_path: file,
        new_file_contents: "x",
        tab_name: "one",
      },
    });
    await until("the editor has failed", () => leaving.failures === 1);
    // Whatever the failure causes has happened once the next call is answered.
    await other.call("getOpenEditors");
    assert.equal(other.answers.length, before + 1);
    await leaving.dispose();
    const { result } = await call;
    assert.equal(result?.["isError"], true);
    assert.match(JSON.stringify(result), /The window of .* is gone/);
    assert.equal(await other.closed(), 1001);
  });

  it("calls of one client are answered independently of each other", async () => {
    const answers = await Promise.all([
      agent.call("openFile", { filePath: file }),
      agent.call("openFile", { filePath: path.join(app, "b.txt") }),
      agent.request("ping"),
    ]);
    assert.equal(answers[0].content[0]?.text, `Opened file: ${file}`);
    assert.equal(
      answers[1].content[0]?.text,
      `Opened file: ${path.join(app, "b.txt")}`,
    );
    assert.deepEqual(answers[2].result, {});
  });

  it("openDiff leaves only the last of several diffs for one tab", async () => {
    const propose = (contents: string) =>
      agent.call("openDiff", {
        old_file_path: file,
        new_file_path: file,
        new_file_contents: contents,
        tab_name: "one",
      });
    const shown = (contents: string) =>
      until(`only ${contents}`, () => {
        const diffs = [...window.diffs.values()];
        return diffs.length === 1 && diffs[0]?.diff.contents === contents;
      });
    const first = propose("1");
    await shown("1");
    const second = propose("2");
    const third = propose("3");
    for (const { content } of await Promise.all([first, second]))
      assert.equal(content[0]?.text, "DIFF_REJECTED");
    await shown("3");
    const { text } = await textOf("closeAllDiffTabs");
    assert.equal(text, "CLOSED_1_DIFF_TABS");
    await third;
    assert.equal(window.diffs.size, 0);
  });
});
