// What a proposed diff returns in the real editor: exactly one answer, whatever the file, and nothing lost.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { cannotShowDiff } from "../../src/core/errors";
import { until } from "../harness/until";
import { show, workspaceFolder } from "./berth";
import {
  append,
  diffTabs,
  Proposals,
  rightSide,
  shown,
  texts,
} from "./proposals";

describe("A proposed diff", () => {
  const proposals = Proposals.use();
  const { propose } = proposals;

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
    const bytes = await vscode.workspace.fs.readFile(
      vscode.Uri.file(proposals.file),
    );
    assert.equal(Buffer.from(bytes).toString(), "one\ntwo\n");
  });

  it("is accepted with the user's edits", async () => {
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

  /** Only the keys, buttons and commands of a diff accept it: VS Code saves as if by hand before a task, too. */
  for (const [how, save, autoSave] of [
    ["a task that saves all files before it runs", runTask, "off"],
    [
      "Save All",
      () => vscode.commands.executeCommand("workbench.action.files.saveAll"),
      "off",
    ],
    ["an extension", () => vscode.workspace.saveAll(), "off"],
    ["auto save", () => undefined, "afterDelay"],
    ["auto save", () => show("front.ts", "in front\n"), "onFocusChange"],
  ] as const)
    it(`is kept, undecided and as edited so far, when it is saved by ${how} (files.autoSave: ${autoSave})`, async () => {
      const files = vscode.workspace.getConfiguration("files");
      const { Workspace } = vscode.ConfigurationTarget;
      await files.update("autoSave", autoSave, Workspace);
      try {
        const answer = propose("one\n2\n");
        let decision: string[] | undefined;
        void answer.then((result) => (decision = texts(result)));
        const [tab] = await shown();
        const document = await rightSide(tab);
        let isSaved = false;
        const listener = vscode.workspace.onDidSaveTextDocument((each) => {
          isSaved ||= each === document;
        });
        await append(document, "half\n");
        await save();
        await until("it to be saved", () => decision ?? isSaved);
        listener.dispose();
        assert.equal(decision, undefined);
        assert.equal(document.getText(), "one\n2\nhalf\n");
        await vscode.commands.executeCommand("berth.acceptDiff", document.uri);
        assert.deepEqual(texts(await answer), ["FILE_SAVED", "one\n2\nhalf\n"]);
      } finally {
        await files.update("autoSave", undefined, Workspace);
      }
    });

  it("keeps the proposed line endings and byte order mark, even if it is edited", async () => {
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

  it("keeps every character, whatever encoding the user has set for files", async () => {
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

  it("may be of a new file in a directory that does not exist", async () => {
    const target = path.join(workspaceFolder(), "no", "such", "new.ts");
    const answer = propose("hello\n", { target });
    const [tab] = await shown();
    assert.match(tab?.label ?? "", /^new\.ts \(new\) ←/);
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await answer), ["FILE_SAVED", "hello\n"]);
  });

  it("of 5 MB is returned whole", async () => {
    const large = "0123456789abcde\n".repeat(5 * 65_536);
    const answer = propose(large);
    await shown();
    await vscode.commands.executeCommand("berth.acceptDiff");
    const [word, content] = texts(await answer);
    assert.equal(word, "FILE_SAVED");
    assert.ok(content === large);
  });

  it("of a binary file is refused with an error, and nothing opens", async () => {
    const target = path.join(workspaceFolder(), "binary.dat");
    await writeFile(target, Buffer.from([1, 0, 2]));
    const refused = await propose("text", { target });
    assert.equal(refused.isError, true);
    assert.equal(texts(refused)[0], cannotShowDiff(target).message);
    assert.equal((await propose("a\0b")).isError, true);
    assert.deepEqual(diffTabs(), []);
  });

  it("does not touch unsaved changes in the file", async () => {
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
});

/** Runs a task that does nothing: VS Code saves all files before, as `task.saveBeforeRun` says by default. */
async function runTask(): Promise<void> {
  const closed = new vscode.EventEmitter<number>();
  const terminal: vscode.Pseudoterminal = {
    onDidWrite: new vscode.EventEmitter<string>().event,
    onDidClose: closed.event,
    open: () => {
      closed.fire(0);
    },
    close: () => undefined,
  };
  const task = new vscode.Task(
    { type: "test" },
    vscode.TaskScope.Workspace,
    "nothing",
    "test",
    new vscode.CustomExecution(() => Promise.resolve(terminal)),
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Never };
  await vscode.tasks.executeTask(task);
}
