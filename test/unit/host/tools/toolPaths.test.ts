import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import {
  badPath,
  outsideWorktree,
  pathTooLong,
} from "../../../../src/core/pathErrors";
import { type UserError } from "../../../../src/core/errors";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { McpAgent } from "../../support/mcpAgent";
import { addWorktree, makeRepository } from "../../support/repositories";
import { Window } from "../../support/window";

const proposal = (oldPath: string, newPath: string) => ({
  old_file_path: oldPath,
  new_file_path: newPath,
  new_file_contents: "",
  tab_name: "a.txt",
});

describe("a path that a client sends", function () {
  const ground = useGround("suite");
  let window: Window;
  let agent: Agent;
  let mcpAgent: McpAgent;
  let app: string;
  before(async () => {
    app = makeRepository(ground.path("app"));
    // Not open in the window.
    addWorktree(app, ground.path("linked"), "linked");
    const nested = addWorktree(app, ground.path("app", "wt"), "nested");
    makeRepository(ground.path("other"));
    writeFileSync(path.join(ground.make("appendix"), "a.txt"), "");
    writeFileSync(path.join(ground.make("notes"), "a.txt"), "");
    ground.make("outside");
    const links: [string, string][] = [
      ["out", ground.path("outside")],
      ["dangling", ground.path("outside", "new.txt")],
      ["toOther", ground.path("other", "a.txt")],
      ["inside", ground.path("app", "a.txt")],
      ["loop", "loop"],
    ];
    for (const [name, target] of links)
      symlinkSync(target, path.join(app, name));
    symlinkSync(app, ground.path("app link"));
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [app, nested, ground.path("other"), ground.path("notes")],
      }),
    );
    const record = await window.record(app);
    agent = ground.own(await Agent.connect(record));
    mcpAgent = ground.own(await McpAgent.connect(record));
  });
  beforeEach(() => {
    window.opened.length = 0;
  });
  /** Calls the tool over both transports, and returns the answer, which must be the same. */
  const call = async (tool: string, args: Record<string, unknown>) => {
    const answer = await agent.call(tool, args);
    assert.deepEqual(await mcpAgent.call(tool, args), answer);
    return answer;
  };
  const open = async (filePath: string) => {
    const { content, isError } = await call("openFile", { filePath });
    return { text: content[0]?.text ?? "", isError: isError ?? false };
  };
  const opens = async (filePath: string, real: string) => {
    assert.ok(!(await open(filePath)).isError);
    assert.deepEqual(
      window.opened.map((file) => file.filePath),
      [real, real],
    );
  };
  const refuses = async (filePath: string, { message }: UserError) => {
    const { text, isError } = await open(filePath);
    assert.ok(isError, `opened ${filePath}`);
    assert.equal(text, message);
    assert.deepEqual(window.opened, []);
  };
  const isOutside = (real: string) => outsideWorktree(real, app);

  it("may name a file of the worktree, directly or through links", async () => {
    await opens(ground.path("app", "a.txt"), ground.path("app", "a.txt"));
    window.opened.length = 0;
    await opens(ground.path("app link", "inside"), ground.path("app", "a.txt"));
  });

  it("may name a file in a plain folder of the window", async () => {
    await opens(ground.path("notes", "a.txt"), ground.path("notes", "a.txt"));
  });

  it("may not leave the worktree through ..", async () => {
    await refuses("../outside/x", isOutside(ground.path("outside", "x")));
    await refuses(
      `${app}/../outside/x`,
      isOutside(ground.path("outside", "x")),
    );
    await refuses(
      `${app}/../appendix/a.txt`,
      isOutside(ground.path("appendix", "a.txt")),
    );
  });

  it("may not leave the worktree through a symbolic link to a file, a folder or a missing target", async () => {
    await refuses("out", isOutside(ground.path("outside")));
    await refuses("out/x", isOutside(ground.path("outside", "x")));
    await refuses("dangling", isOutside(ground.path("outside", "new.txt")));
    await refuses("toOther", isOutside(ground.path("other", "a.txt")));
  });

  it("may not name a file of another worktree, open or not, beside this one or nested in it", async () => {
    for (const file of [
      "linked/a.txt",
      "app/wt/a.txt",
      "app/wt/new.txt",
      "other/a.txt",
    ])
      await refuses(ground.path(file), isOutside(ground.path(file)));
  });

  it("may not be empty, contain a NUL, or name another machine or scheme", async () => {
    for (const [filePath, fault] of [
      ["a.txt\0.png", "it contains a NUL character"],
      [`file://server${app}/a.txt`, "it names another host"],
      ["\\\\server\\share\\a.txt", "network paths are not opened"],
      [`//server${app}/a.txt`, "network paths are not opened"],
      ["https://example.com/a.txt", "it is not a file: URI"],
      ["", "it is empty"],
    ] as const)
      await refuses(filePath, badPath(filePath, fault));
  });

  it("may follow file:// as it stands, as Claude Code sends it, or encoded", async () => {
    const position = { line: 0, character: 0 };
    for (const name of ["C#/f.ts", "a b?.ts", "100%.ts", "a%20b.ts"]) {
      const file = path.join(app, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, "");
      const uri = pathToFileURL(file).href;
      const diagnostics = [
        {
          message: name,
          severity: "Error" as const,
          range: { start: position, end: position },
        },
      ];
      await window.host.pushDiagnostics([{ uri, path: file, diagnostics }]);
      for (const sent of [`file://${file}`, uri])
        await until(`the problems of ${sent}`, async () => {
          const { content } = await agent.call("getDiagnostics", { uri: sent });
          return content[0]?.text.includes(JSON.stringify(uri));
        });
      await opens(`file://${file}`, file);
      window.opened.length = 0;
      await window.host.pushDiagnostics([{ uri, path: file, diagnostics: [] }]);
    }
  });

  it("may not be longer than 4,096 bytes, and a refusal is logged with the agent's name", async () => {
    const tooLong = "a/".repeat(1_000_000);
    for (const [tool, args] of [
      ["openFile", { filePath: tooLong }],
      ["getDiagnostics", { uri: tooLong }],
      ["checkDocumentDirty", { filePath: tooLong }],
      ["openDiff", proposal(tooLong, "a.txt")],
      ["openDiff", proposal("a.txt", tooLong)],
    ] as const) {
      const { content, isError } = await call(tool, args);
      assert.ok(isError, tool);
      assert.equal(content[0]?.text, pathTooLong(4_096).message);
    }
    const { message } = pathTooLong(4_096);
    await until("the refusals are logged", () =>
      ["Claude Code", "Gemini or Qwen"].every((name) =>
        window.hasLogged("info", `${name}: openFile refused: ${message}`),
      ),
    );
  });

  for (const [tool, args] of [
    ["getDiagnostics", (uri: string) => ({ uri })],
    ["checkDocumentDirty", (filePath: string) => ({ filePath })],
    ["saveDocument", (filePath: string) => ({ filePath })],
    ["openDiff", (file: string) => proposal(file, "a.txt")],
    ["openDiff", (file: string) => proposal("a.txt", file)],
  ] as const)
    it(`is checked in the same way by ${tool} (${Object.entries(args("it"))
      .filter(([, value]) => value === "it")
      .map(([name]) => name)
      .join()})`, async () => {
      const inLinked = ground.path("linked", "a.txt");
      for (const [file, real] of [
        ["../outside/x", ground.path("outside", "x")],
        ["out/x", ground.path("outside", "x")],
        [inLinked, inLinked],
      ] as const) {
        const { content, isError } = await call(tool, args(file));
        assert.ok(isError, file);
        assert.equal(content[0]?.text, isOutside(real).message);
      }
    });

  it("never opens anything outside, whatever its parts", async () => {
    const step = fc.constantFrom(
      "..",
      ".",
      "",
      "out",
      "dangling",
      "loop",
      "inside",
      "wt",
      "a.txt",
      "new",
      "app",
      "app link",
      "linked",
      "other",
      "notes",
      "%2e%2e",
      "..\\..",
      "file:",
      ground.directory.slice(1),
    );
    const sent = fc
      .tuple(
        fc.constantFrom("", "/", "./", "file://", "file:///", `${app}/`),
        fc.array(step, { maxLength: 7 }),
      )
      .map(([start, steps]) => start + steps.join("/"));
    await fc.assert(
      fc.asyncProperty(sent, async (filePath) => {
        window.opened.length = 0;
        await open(filePath);
        for (const { filePath: real } of window.opened) {
          const isIn = (directory: string) =>
            real === directory || real.startsWith(`${directory}/`);
          assert.ok(
            (isIn(app) && !isIn(path.join(app, "wt"))) ||
              isIn(ground.path("notes")),
            real,
          );
        }
      }),
      { numRuns: 150 },
    );
  });
});
