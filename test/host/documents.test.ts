// What agents can ask about open documents, and do with them.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { noNotebook } from "../../src/core/errors";
import { closeEditors, connect, show } from "./berth";

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
    assert.equal(answer.content[0]?.text, noNotebook().message);
    agent.dispose();
  });
});
