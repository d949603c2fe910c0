// Diff review in the real editor: one answer each, whatever ends it, and nothing lost.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { until } from "../harness/until";
import type { Agent, ToolResult } from "../unit/support/agent";
import { closeEditors, connect, show, workspaceFolder } from "./berth";

describe("A proposed diff", () => {
  let agent: Agent;
  let file: string;
  beforeEach(async () => {
    agent = await connect();
    file = path.join(workspaceFolder(), "reviewed.ts");
    await writeFile(file, "one\ntwo\n");
  });
  afterEach(async () => {
    await agent.call("closeAllDiffTabs");
    agent.dispose();
    await closeEditors();
  });

  const propose = (
    contents: string,
    { name = "tab", target = file, from = agent } = {},
  ): Promise<ToolResult> =>
    from.call("openDiff", {
      old_file_path: target,
      new_file_path: target,
      new_file_contents: contents,
      tab_name: name,
    });
  const diffTabs = (): vscode.Tab[] =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputTextDiff);
  const shown = (count = 1): Promise<vscode.Tab[]> =>
    until(`${count} diff tabs`, () => {
      const tabs = diffTabs();
      return tabs.length === count && tabs;
    });
  const rightSide = async (
    tab: vscode.Tab | undefined,
  ): Promise<vscode.TextDocument> =>
    vscode.workspace.openTextDocument(
      (tab?.input as vscode.TabInputTextDiff).modified,
    );
  const append = async (
    document: vscode.TextDocument,
    text: string,
  ): Promise<void> => {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(document.lineCount, 0), text);
    await vscode.workspace.applyEdit(edit);
  };
  const texts = ({ content }: ToolResult): string[] =>
    content.map(({ text }) => text);

  it("names file, agent and instance, and is accepted as proposed", async () => {
    const answer = propose("one\n2\n");
    const [tab] = await shown();
    assert.match(
      tab?.label ?? "",
      /^reviewed\.ts ← Claude Code · [^ ]+@[^ ]+$/,
    );
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await answer), ["FILE_SAVED", "one\n2\n"]);
    await shown(0);
    // The agent writes the file, the editor does not.
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.file(file));
    assert.equal(Buffer.from(bytes).toString(), "one\ntwo\n");
  });

  it("is accepted with what the user changed", async () => {
    const answer = propose("one\n2\n");
    const [tab] = await shown();
    await append(await rightSide(tab), "mine\n");
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await answer), ["FILE_SAVED", "one\n2\nmine\n"]);
    await shown(0);
  });

  it("is rejected by command, and by closing its tab", async () => {
    const first = propose("one\n2\n", { name: "first" });
    await shown();
    await vscode.commands.executeCommand("berth.rejectDiff");
    assert.deepEqual(texts(await first), ["DIFF_REJECTED", "first"]);
    await shown(0);
    const second = propose("one\n3\n", { name: "second" });
    await vscode.window.tabGroups.close(await shown());
    assert.deepEqual(texts(await second), ["DIFF_REJECTED", "second"]);
  });

  it("is accepted by saving, unless files are saved by themselves", async () => {
    const files = vscode.workspace.getConfiguration("files");
    const { Workspace } = vscode.ConfigurationTarget;
    try {
      await files.update("autoSave", "off", Workspace);
      const answer = propose("one\n2\n");
      const [tab] = await shown();
      const document = await rightSide(tab);
      await append(document, "saved\n");
      await document.save();
      assert.deepEqual(texts(await answer), ["FILE_SAVED", "one\n2\nsaved\n"]);
      await shown(0);

      await files.update("autoSave", "onFocusChange", Workspace);
      const kept = propose("one\n3\n");
      const [other] = await shown();
      const saved = await rightSide(other);
      await append(saved, "auto\n");
      await saved.save();
      await shown(1);
      await vscode.commands.executeCommand("berth.rejectDiff");
      assert.deepEqual(texts(await kept), ["DIFF_REJECTED", "tab"]);
    } finally {
      await files.update("autoSave", undefined, Workspace);
    }
  });

  it("leaves line ends and a byte order mark as proposed, or as they were when edited", async () => {
    const mixed = "\ufeffone\r\ntwo\nthree\r\n";
    const answer = propose(mixed);
    await shown();
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await answer), ["FILE_SAVED", mixed]);
    const edited = propose("\ufeffone\r\ntwo\r\n");
    const [tab] = await shown();
    await append(await rightSide(tab), "three\r\n");
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await edited), [
      "FILE_SAVED",
      "\ufeffone\r\ntwo\r\nthree\r\n",
    ]);
  });

  it("keeps every letter, whatever encoding the user has set for files", async () => {
    const files = vscode.workspace.getConfiguration("files");
    const { Workspace } = vscode.ConfigurationTarget;
    await files.update("encoding", "windows1252", Workspace);
    try {
      const answer = propose("ü → 漢\n");
      await shown();
      await vscode.commands.executeCommand("berth.acceptDiff");
      assert.deepEqual(texts(await answer), ["FILE_SAVED", "ü → 漢\n"]);
      await shown(0);
      const edited = propose("ü → 漢\n");
      const [tab] = await shown();
      await append(await rightSide(tab), "ß → 字\n");
      await vscode.commands.executeCommand("berth.acceptDiff");
      assert.deepEqual(texts(await edited), ["FILE_SAVED", "ü → 漢\nß → 字\n"]);
    } finally {
      await files.update("encoding", undefined, Workspace);
    }
  });

  it("may be a new file in a directory that does not exist", async () => {
    const target = path.join(workspaceFolder(), "no", "such", "new.ts");
    const answer = propose("hello\n", { target });
    const [tab] = await shown();
    assert.match(tab?.label ?? "", /^new\.ts \(new\) ←/);
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await answer), ["FILE_SAVED", "hello\n"]);
  });

  it("of 5 MB comes back whole", async () => {
    const large = "0123456789abcde\n".repeat(5 * 65_536);
    const answer = propose(large);
    await shown();
    await vscode.commands.executeCommand("berth.acceptDiff");
    const [word, content] = texts(await answer);
    assert.equal(word, "FILE_SAVED");
    assert.ok(content === large);
  });

  it("of a binary file is refused with a sentence, and nothing opens", async () => {
    const target = path.join(workspaceFolder(), "binary.dat");
    await writeFile(target, Buffer.from([1, 0, 2]));
    const refused = await propose("text", { target });
    assert.equal(refused.isError, true);
    assert.match(texts(refused)[0] ?? "", /not text/);
    assert.equal((await propose("a\0b")).isError, true);
    assert.deepEqual(diffTabs(), []);
  });

  it("does not touch unsaved changes of the file", async () => {
    const editor = await show("dirty.ts", "one\n");
    await append(editor.document, "unsaved\n");
    const answer = propose("two\n", { target: editor.document.uri.fsPath });
    await shown();
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await answer), ["FILE_SAVED", "two\n"]);
    assert.equal(editor.document.getText(), "one\nunsaved\n");
    assert.equal(editor.document.isDirty, true);
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  it("takes the place of an earlier one with the same name", async () => {
    const first = propose("one\n2\n");
    await shown();
    const second = propose("one\n3\n");
    assert.deepEqual(texts(await first), ["DIFF_REJECTED", "tab"]);
    await until("the second", async () => {
      const tab = diffTabs().find(({ isActive }) => isActive);
      return (await rightSide(tab)).getText() === "one\n3\n";
    });
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await second), ["FILE_SAVED", "one\n3\n"]);
  });

  it("belongs to its agent: two may propose for one file, and each closes only its own", async () => {
    const other = await connect();
    const [mine, theirs] = [
      propose("mine\n"),
      propose("theirs\n", { from: other }),
    ];
    await shown(2);
    assert.deepEqual(texts(await agent.call("closeAllDiffTabs")), [
      "CLOSED_1_DIFF_TABS",
    ]);
    assert.deepEqual(texts(await mine), ["DIFF_REJECTED", "tab"]);
    await shown(1);
    assert.deepEqual(
      texts(await agent.call("close_tab", { tab_name: "tab" })),
      ["TAB_CLOSED"],
    );
    await shown(1);
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await theirs), ["FILE_SAVED", "theirs\n"]);
    other.dispose();
  });

  it("closes when its agent takes it back while it is edited, or goes away", async () => {
    const answer = propose("one\n2\n");
    const [tab] = await shown();
    await append(await rightSide(tab), "edited\n");
    await agent.call("close_tab", { tab_name: "tab" });
    assert.deepEqual(texts(await answer), ["DIFF_REJECTED", "tab"]);
    await shown(0);
    const other = await connect();
    void propose("x\n", { from: other }).catch(() => undefined);
    await shown();
    other.dispose();
    await shown(0);
  });

  it("is never shown when it is taken back at once", async () => {
    const answer = propose("one\n2\n");
    const closed = agent.call("close_tab", { tab_name: "tab" });
    assert.deepEqual(texts(await answer), ["DIFF_REJECTED", "tab"]);
    assert.deepEqual(texts(await closed), ["TAB_CLOSED"]);
    const next = propose("one\n3\n", { name: "next" });
    const [tab] = await shown();
    assert.equal((await rightSide(tab)).getText(), "one\n3\n");
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await next), ["FILE_SAVED", "one\n3\n"]);
    await shown(0);
  });

  it("is a text, also of a notebook, and never a folder", async () => {
    const notebook = path.join(workspaceFolder(), "proposed.ipynb");
    const contents = JSON.stringify({ cells: [], metadata: {}, nbformat: 4 });
    const answer = propose(contents, { target: notebook });
    await shown();
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await answer), ["FILE_SAVED", contents]);
    const { isError } = await propose("x\n", { target: workspaceFolder() });
    assert.equal(isError, true);
    await shown(0);
  });

  it("is not accepted where files of its language are saved by themselves", async () => {
    const markdown = vscode.workspace.getConfiguration("files", {
      languageId: "markdown",
    });
    const { Workspace } = vscode.ConfigurationTarget;
    const target = path.join(workspaceFolder(), "reviewed.md");
    await markdown.update("autoSave", "onFocusChange", Workspace, true);
    try {
      const answer = propose("one\n", { target });
      const [tab] = await shown();
      const document = await rightSide(tab);
      await append(document, "two\n");
      await document.save();
      await shown();
      await vscode.commands.executeCommand("berth.rejectDiff");
      assert.deepEqual(texts(await answer), ["DIFF_REJECTED", "tab"]);
    } finally {
      await markdown.update("autoSave", undefined, Workspace, true);
    }
  });

  it("is the one whose button is pressed, and no other", async () => {
    const first = propose("first\n", { name: "first" });
    const [tab] = await shown();
    const { uri } = await rightSide(tab);
    const second = propose("second\n", { name: "second" });
    await shown(2);
    await vscode.commands.executeCommand("berth.acceptDiff", uri);
    assert.deepEqual(texts(await first), ["FILE_SAVED", "first\n"]);
    await shown(1);
    // Its tab may have been opened again.
    void vscode.commands.executeCommand("berth.acceptDiff", uri);
    await vscode.commands.executeCommand("berth.rejectDiff");
    assert.deepEqual(texts(await second), ["DIFF_REJECTED", "second"]);
  });

  it("is not accepted unseen: where another file is in front, the user chooses", async () => {
    const answer = propose("one\n2\n");
    await shown();
    await show("front.ts", "in front\n");
    const chosen = vscode.commands
      .executeCommand("berth.acceptDiff")
      .then(() => true);
    await until("the choice to close", async () => {
      await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
      return Promise.race([chosen, delay(50).then(() => false)]);
    });
    await shown();
    await agent.call("closeAllDiffTabs");
    assert.equal(texts(await answer)[0], "DIFF_REJECTED");
  });

  it("does not take the focus from what the user types in", async () => {
    const terminal = vscode.window.createTerminal("typing");
    terminal.show();
    await until(
      "the terminal",
      () => vscode.window.activeTerminal === terminal,
    );
    const answer = propose("one\n2\n");
    await shown();
    await vscode.commands.executeCommand("type", { text: "" });
    assert.equal(vscode.window.activeTerminal, terminal);
    await agent.call("closeAllDiffTabs");
    await answer;
    terminal.dispose();
  });

  it("waits among 200 others, each with its own answer", async () => {
    await mkdir(path.join(workspaceFolder(), "many"), { recursive: true });
    const answers = Array.from({ length: 200 }, (_, index) =>
      propose(`${index}\n`, {
        name: `tab ${index}`,
        target: path.join(workspaceFolder(), "many", `${index}.txt`),
      }),
    );
    await until("200 diffs", () => diffTabs().length === 200, 120_000);
    assert.deepEqual(texts(await agent.call("closeAllDiffTabs")), [
      "CLOSED_200_DIFF_TABS",
    ]);
    const words = (await Promise.all(answers)).map(texts);
    assert.ok(
      words.every(
        ([word, name], index) =>
          word === "DIFF_REJECTED" && name === `tab ${index}`,
      ),
    );
    await until("all tabs closed", () => diffTabs().length === 0, 120_000);
  }).timeout(330_000);
});

describe("Documents", () => {
  it("are dirty until they are saved", async () => {
    const agent = await connect();
    const editor = await show("document.txt", "a\n");
    const filePath = editor.document.uri.fsPath;
    const ask = (name: string): Promise<unknown> =>
      agent.callForJson(name, { filePath });
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), "b");
    });
    assert.deepEqual(await ask("checkDocumentDirty"), {
      success: true,
      filePath,
      isDirty: true,
      isUntitled: false,
    });
    assert.deepEqual(await ask("saveDocument"), {
      success: true,
      filePath,
      saved: true,
      message: "Saved.",
    });
    assert.equal(editor.document.isDirty, false);
    await closeEditors();
    const answer = await agent.call("executeCode", { code: "1" });
    assert.equal(answer.isError, true);
    assert.match(answer.content[0]?.text ?? "", /No Jupyter notebook/);
    agent.dispose();
  });
});
