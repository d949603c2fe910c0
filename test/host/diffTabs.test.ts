// Proposed diffs in the tabs of the real editor: who owns them, when they close, and what they leave alone.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { until } from "../harness/until";
import { connect, show, workspaceFolder } from "./berth";
import {
  append,
  diffTabs,
  Proposals,
  rightSide,
  shown,
  texts,
} from "./proposals";

describe("A diff tab", () => {
  const proposals = Proposals.use();
  const { propose } = proposals;

  it("replaces an earlier one with the same name", async () => {
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

  it("belongs to its agent: two may propose changes of one file, and each closes only its own", async () => {
    const other = await connect();
    const [mine, theirs] = [
      propose("mine\n"),
      propose("theirs\n", { from: other }),
    ];
    await shown(2);
    assert.deepEqual(texts(await proposals.agent.call("closeAllDiffTabs")), [
      "CLOSED_1_DIFF_TABS",
    ]);
    assert.deepEqual(texts(await mine), ["DIFF_REJECTED", "tab"]);
    await shown(1);
    assert.deepEqual(
      texts(await proposals.agent.call("close_tab", { tab_name: "tab" })),
      ["TAB_CLOSED"],
    );
    await shown(1);
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await theirs), ["FILE_SAVED", "theirs\n"]);
    other.dispose();
  });

  it("closes when its agent closes it while it is edited, or disconnects", async () => {
    const answer = propose("one\n2\n");
    const [tab] = await shown();
    await append(await rightSide(tab), "edited\n");
    await proposals.agent.call("close_tab", { tab_name: "tab" });
    assert.deepEqual(texts(await answer), ["DIFF_REJECTED", "tab"]);
    await shown(0);
    const other = await connect();
    void propose("x\n", { from: other }).catch(() => undefined);
    await shown();
    other.dispose();
    await shown(0);
  });

  it("is never shown if its agent closes it at once", async () => {
    const answer = propose("one\n2\n");
    const closed = proposals.agent.call("close_tab", { tab_name: "tab" });
    assert.deepEqual(texts(await answer), ["DIFF_REJECTED", "tab"]);
    assert.deepEqual(texts(await closed), ["TAB_CLOSED"]);
    const next = propose("one\n3\n", { name: "next" });
    const [tab] = await shown();
    assert.equal((await rightSide(tab)).getText(), "one\n3\n");
    await vscode.commands.executeCommand("berth.acceptDiff");
    assert.deepEqual(texts(await next), ["FILE_SAVED", "one\n3\n"]);
    await shown(0);
  });

  it("shows text, even for a notebook, and never a folder", async () => {
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

  it("is the only one that its own button accepts", async () => {
    const first = propose("first\n", { name: "first" });
    const [tab] = await shown();
    const { uri } = await rightSide(tab);
    const second = propose("second\n", { name: "second" });
    await shown(2);
    await vscode.commands.executeCommand("berth.acceptDiff", uri);
    assert.deepEqual(texts(await first), ["FILE_SAVED", "first\n"]);
    await shown(1);
    // As in a tab of the first that was opened again: nothing may happen.
    void vscode.commands.executeCommand("berth.acceptDiff", uri);
    await vscode.commands.executeCommand("berth.rejectDiff");
    assert.deepEqual(texts(await second), ["DIFF_REJECTED", "second"]);
  });

  it("is not accepted unseen: if another file is active, the user is asked", async () => {
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
    await proposals.agent.call("closeAllDiffTabs");
    assert.equal(texts(await answer)[0], "DIFF_REJECTED");
  });

  it("does not take the focus from where the user is typing", async () => {
    const front = (await show("typing.ts", "")).document;
    const type = () => vscode.commands.executeCommand("type", { text: "x" });
    await until("the editor to have the focus", async () => {
      await type();
      return front.getText() !== "";
    });
    const terminal = vscode.window.createTerminal("typing");
    terminal.show();
    await until("the terminal to have the focus", async () => {
      const before = front.getText();
      await type();
      return front.getText() === before;
    });
    await front.save();
    // Nobody has typed in the active editor: else the diff would open in the background for a moment.
    const other = await vscode.workspace.openTextDocument({ content: "" });
    await vscode.window.showTextDocument(other, { preserveFocus: true });
    const answer = propose("one\n2\n");
    const [tab] = await shown();
    const document = await rightSide(tab);
    await until("the diff in an editor", () =>
      vscode.window.visibleTextEditors.some(
        (editor) => editor.document === document,
      ),
    );
    // Would reach the diff if that had the focus.
    await type();
    assert.equal(document.getText(), "one\n2\n");
    await proposals.agent.call("closeAllDiffTabs");
    await answer;
    terminal.dispose();
  });

  it("may be one of 200 that wait, each with its own answer", async () => {
    await mkdir(path.join(workspaceFolder(), "many"), { recursive: true });
    const answers = Array.from({ length: 200 }, (_, index) =>
      propose(`${index}\n`, {
        name: `tab ${index}`,
        target: path.join(workspaceFolder(), "many", `${index}.txt`),
      }),
    );
    await until("200 diffs", () => diffTabs().length === 200, 120_000);
    assert.deepEqual(texts(await proposals.agent.call("closeAllDiffTabs")), [
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
