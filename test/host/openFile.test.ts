import assert from "node:assert/strict";
import path from "node:path";
import * as vscode from "vscode";
import type { Agent } from "../unit/support/agent";
import { closeEditors, connect, show, workspaceFolder } from "./berth";

describe("openFile", () => {
  let agent: Agent;
  let file: string;
  before(async () => {
    agent = await connect();
    file = path.join(workspaceFolder(), "open.ts");
    await vscode.workspace.fs.writeFile(
      vscode.Uri.file(file),
      Buffer.from("alpha beta\ngamma delta\nepsilon beta\n"),
    );
  });
  afterEach(closeEditors);
  after(() => {
    agent.dispose();
  });

  const open = (args: object): ReturnType<Agent["call"]> =>
    agent.call("openFile", { filePath: file, ...args });
  const selected = (): string | undefined => {
    const editor = vscode.window.activeTextEditor;
    return editor?.document.getText(editor.selection);
  };

  it("shows the file and says so", async () => {
    assert.deepEqual(await open({ startText: "", endText: "" }), {
      content: [{ type: "text", text: `Opened file: ${file}` }],
    });
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file);
    assert.equal(
      vscode.window.tabGroups.activeTabGroup.activeTab?.isPreview,
      false,
    );
  });

  it("selects from the start text to the end text, or to the end of the line", async () => {
    await open({ startText: "beta", endText: "delta" });
    assert.equal(selected(), "beta\ngamma delta");
    await open({ startText: "gamma" });
    assert.equal(selected(), "gamma");
    await open({ startText: "gamma", selectToEndOfLine: true });
    assert.equal(selected(), "gamma delta");
    await open({ startText: "epsilon", endText: "not there" });
    assert.equal(selected(), "epsilon");
  });

  it("uses a preview tab when asked to", async () => {
    await open({ preview: true });
    assert.equal(
      vscode.window.tabGroups.activeTabGroup.activeTab?.isPreview,
      true,
    );
  });

  it("leaves the user's editor active if makeFrontmost is false", async () => {
    const own = await show("own.txt", "mine\n");
    const { content } = await open({ makeFrontmost: false });
    assert.deepEqual(JSON.parse(content[0]?.text ?? ""), {
      success: true,
      filePath: file,
      languageId: "typescript",
      lineCount: 4,
    });
    assert.equal(vscode.window.activeTextEditor?.document, own.document);
    assert.ok(
      vscode.window.tabGroups.activeTabGroup.tabs.some(
        ({ label }) => label === "open.ts",
      ),
    );
  });

  it("says what is wrong with a file that is missing or not text", async () => {
    const missing = await open({ filePath: `${file}.missing` });
    assert.equal(missing.isError, true);
    assert.match(missing.content[0]?.text ?? "", /open\.ts\.missing/);
    const binary = path.join(workspaceFolder(), "image.bin");
    await vscode.workspace.fs.writeFile(
      vscode.Uri.file(binary),
      Buffer.from([0, 1, 2, 0, 255]),
    );
    assert.equal((await open({ filePath: binary })).isError, true);
  });

  it("opens nothing outside the worktree", async () => {
    const { isError } = await open({ filePath: "/etc/hostname" });
    assert.equal(isError, true);
    assert.equal(vscode.window.tabGroups.activeTabGroup.tabs.length, 0);
  });
});
