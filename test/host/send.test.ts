// The commands that point agents to files, in the real editor.
import assert from "node:assert/strict";
import path from "node:path";
import * as vscode from "vscode";
import { until } from "../harness/until";
import type { Agent } from "../unit/support/agent";
import { closeEditors, connect, show, workspaceFolder } from "./berth";

describe("An agent is pointed", () => {
  let agent: Agent | undefined;
  afterEach(async () => {
    agent?.dispose();
    agent = undefined;
    await closeEditors();
  });

  const run = (command: string, ...args: unknown[]) =>
    vscode.commands.executeCommand(`berth.${command}`, ...args);
  const fileOf = (name: string) => path.join(workspaceFolder(), name);
  const mentions = (to: Agent) =>
    to.notified("at_mentioned").map(({ params }) => params);
  const told = (to: Agent, expected: readonly object[]) =>
    until("the agent is told", () => {
      const all = mentions(to);
      if (all.length < expected.length) return false;
      assert.deepEqual(all, expected);
      return true;
    });

  it("to the selected lines, or to the whole file if none are selected", async () => {
    agent = await connect();
    const editor = await show("lines.txt", "one\ntwo\nthree\nfour\n");
    const filePath = fileOf("lines.txt");
    editor.selection = new vscode.Selection(1, 2, 2, 1);
    await run("sendSelection");
    // A selection that ends at the start of a line does not include it.
    editor.selection = new vscode.Selection(2, 0, 0, 0);
    await run("sendSelection");
    editor.selection = new vscode.Selection(3, 1, 3, 2);
    await run("sendSelection");
    editor.selection = new vscode.Selection(3, 1, 3, 1);
    await run("sendSelection");
    await told(agent, [
      { filePath, lineStart: 1, lineEnd: 2 },
      { filePath, lineStart: 0, lineEnd: 1 },
      { filePath, lineStart: 3, lineEnd: 3 },
      { filePath },
    ]);
  });

  it("to files and folders in the explorer, to a tab's file, and to the active file", async () => {
    agent = await connect();
    await show("first.txt", "1\n");
    await show("second.txt", "2\n");
    const [first, second] = ["first.txt", "second.txt"].map((name) =>
      vscode.Uri.file(fileOf(name)),
    );
    const folder = vscode.Uri.file(fileOf("src"));
    await run("addFile", folder, [first, folder]);
    await run("addFile", first, { groupId: 0 });
    await run("addFile");
    await told(agent, [
      { filePath: first?.fsPath },
      { filePath: folder.fsPath },
      { filePath: first?.fsPath },
      { filePath: second?.fsPath },
    ]);
  });

  it("to a file as soon as it connects, and after the selection", async () => {
    const editor = await show("early.txt", "early\n");
    const sending = run("sendSelection");
    agent = await connect();
    await sending;
    const filePath = fileOf("early.txt");
    await told(agent, [{ filePath }]);
    editor.selection = new vscode.Selection(0, 0, 0, 5);
    await run("sendSelection");
    await told(agent, [{ filePath }, { filePath, lineStart: 0, lineEnd: 0 }]);
    const [selected, mention] = agent.notifications.slice(-2);
    assert.equal(selected?.params?.["text"], "early");
    assert.equal(mention?.method, "at_mentioned");
  });
});
