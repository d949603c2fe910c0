// What a proposed diff returns in the real editor: exactly one answer, whatever the file, and nothing lost.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { cannotShowDiff } from "../../src/core/errors";
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

  it("is accepted by saving, unless auto save is on", async () => {
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
