// The companion protocol of Gemini CLI and Qwen Code, in the real editor.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { until } from "../harness/until";
import { McpAgent } from "../unit/support/mcpAgent";
import { closeEditors, recordOf, show, workspaceFolder } from "./berth";

describe("A companion agent", () => {
  let agent: McpAgent;
  beforeEach(async () => {
    agent = await McpAgent.connect(await recordOf(workspaceFolder()));
  });
  afterEach(async () => {
    await agent.transport.terminateSession();
    await agent.dispose();
    await closeEditors();
  });
  const proposal = () =>
    until("the diff is shown", () => {
      const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      return input instanceof vscode.TabInputTextDiff && input.modified;
    });
  const propose = async (newContent: string): Promise<string> => {
    const filePath = path.join(workspaceFolder(), "proposed.ts");
    await agent.call("openDiff", { filePath, newContent });
    const uri = await proposal();
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(1, 0), "mine\n");
    await vscode.workspace.applyEdit(edit);
    return filePath;
  };

  it("is told that its diff was accepted, with the user's edits", async () => {
    const filePath = await propose("one\n");
    await vscode.commands.executeCommand("berth.acceptDiff");
    const accepted = await until(
      "the decision",
      () => agent.notified("ide/diffAccepted")[0],
    );
    assert.deepEqual(accepted.params, { filePath, content: "one\nmine\n" });
  });

  it("gets the user's edits so far when it closes the diff", async () => {
    const filePath = await propose("one\n");
    const { content } = await agent.call("closeDiff", { filePath });
    assert.equal(content[0]?.text, '{"content":"one\\nmine\\n"}');
    await until("the decision", () => agent.notified("ide/diffRejected")[0]);
  });

  for (const [how, command] of [
    ["rejected", "berth.rejectDiff"],
    ["closed without a decision", "workbench.action.closeActiveEditor"],
  ] as const)
    it(`is told that its diff was ${how}, and the file stays as it was`, async () => {
      await show("proposed.ts", "before\n");
      const filePath = path.join(workspaceFolder(), "proposed.ts");
      await agent.call("openDiff", { filePath, newContent: "after\n" });
      await proposal();
      await vscode.commands.executeCommand(command);
      const rejected = await until(
        "the decision",
        () => agent.notified("ide/diffRejected")[0],
      );
      assert.deepEqual(rejected.params, { filePath });
      assert.deepEqual(agent.notified("ide/diffAccepted"), []);
      assert.equal(await readFile(filePath, "utf8"), "before\n");
    });

  it("is told nothing more about a diff that it closes silently", async () => {
    const filePath = await propose("one\n");
    await agent.call("closeDiff", { filePath, suppressNotification: true });
    await until("the diff is gone", () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .every(({ input }) => !(input instanceof vscode.TabInputTextDiff)),
    );
    // A decision on another diff arrives after anything that would have been sent about the first.
    const other = path.join(workspaceFolder(), "other.ts");
    await agent.call("openDiff", { filePath: other, newContent: "2\n" });
    await proposal();
    await vscode.commands.executeCommand("berth.acceptDiff");
    await until(
      "the decision about the other",
      () => agent.notified("ide/diffAccepted").length === 1,
    );
    assert.deepEqual(agent.notified("ide/diffRejected"), []);
  });

  it("finds the window through the file that Gemini CLI reads", async () => {
    const { port, token } = await recordOf(workspaceFolder());
    const file = path.join(
      tmpdir(),
      ...["gemini", "ide", `gemini-ide-server-${process.ppid}-${port}.json`],
    );
    const told = JSON.parse(await readFile(file, "utf8")) as {
      port: number;
      authToken: string;
      workspacePath: string;
    };
    assert.deepEqual(
      [told.port, told.authToken, told.workspacePath],
      [port, token, workspaceFolder()],
    );
  });

  it("is told the active file with its cursor and selection, and whether the window is trusted", async () => {
    const editor = await show("seen.ts", "one\ntwo\n");
    editor.selection = new vscode.Selection(1, 0, 1, 3);
    await until("the selection", () => {
      const text = JSON.stringify(agent.notified("ide/contextUpdate").at(-1));
      return (
        text.includes('"isTrusted":true') &&
        text.includes('"selectedText":"two"') &&
        text.includes('"cursor":{"line":2,"character":4}')
      );
    });
  });
});
