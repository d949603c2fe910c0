// What waits for the user, in whatever window: seen and reached from any.
import assert from "node:assert/strict";
import path from "node:path";
import {
  decideAllQuestion,
  formatPendingDiffs,
} from "../../src/core/messages/diffs";
import { DiffEditor } from "../harness/diffEditor";
import type { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import type { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Agent } from "../unit/support/agent";
import { recordOf, STATUS } from "./instances";
import { openTwoWorktrees } from "./twoWorktrees";

describe("Diffs that wait", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let feature: string;
  let first: WorkbenchWindow;
  let second: WorkbenchWindow;
  const agents: Agent[] = [];

  before(async () => {
    ({ home, vscode, feature, first, second } = await openTwoWorktrees({
      "a.md": "one\n",
      "b.md": "one\n",
      "c.md": "one\n",
    }));
  });
  afterEach(() => {
    for (const agent of agents.splice(0)) agent.dispose();
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  const connect = async (worktree: string): Promise<Agent> => {
    const agent = await Agent.connect(await recordOf(home, worktree));
    agents.push(agent);
    return agent;
  };
  const propose = async (agent: Agent, worktree: string, name: string) => {
    const file = path.join(worktree, name);
    const { content } = await agent.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "two\n",
      tab_name: name,
    });
    return content[0]?.text;
  };
  const waits = (window: WorkbenchWindow, count: number): Promise<unknown> =>
    until(`${count} in the status bar`, async () => {
      const text = (await window.statusBarText(STATUS)) ?? "";
      return count === 0
        ? !text.includes("to review")
        : text.includes(formatPendingDiffs(count));
    });

  it("are on top of the list of every window, which a click on the status bar opens, and are reached from it", async () => {
    const agent = await connect(feature);
    const answer = propose(agent, feature, "a.md");
    await first.page.bringToFront();
    await waits(first, 1);
    await first.clickStatusBarItem(STATUS);
    const [top] = await until("the list", async () => {
      const rows = await first.pickerRows();
      return rows.length > 1 && rows;
    });
    assert.deepEqual(
      [top?.group, top?.label, top?.description, top?.detail],
      ["Waits for you", "a.md", "from Claude Code", "app@feature-x · a.md"],
    );
    const opened = first.page.context().waitForEvent("page");
    await first.page.keyboard.press("Enter");
    // A window of a browser cannot be brought to the front by another one: it is opened again.
    await (await opened).close({ runBeforeUnload: true });
    await second.page.bringToFront();
    const diff = await DiffEditor.shown(second.page, "a.md");
    await diff.reject();
    assert.equal(await answer, "DIFF_REJECTED");
    await waits(first, 0);
  });

  it("are gone through one after another", async () => {
    const agent = await connect(feature);
    const answers = [];
    for (const [index, name] of ["a.md", "b.md", "c.md"].entries()) {
      answers.push(propose(agent, feature, name));
      await waits(second, index + 1);
    }
    await second.page.bringToFront();
    await DiffEditor.shown(second.page, "c.md");
    for (const [command, name] of [
      ["Berth: Review Next Diff", "a.md"],
      ["Berth: Review Next Diff", "b.md"],
      ["Berth: Review Previous Diff", "a.md"],
      ["Berth: Review Previous Diff", "c.md"],
    ] as const) {
      await second.runCommand(command);
      await DiffEditor.shown(second.page, name);
    }
    const other = await connect(feature);
    const kept = propose(other, feature, "c.md");
    await waits(second, 4);
    await second.runAndPick(
      "Berth: Accept All Diffs of an Agent...",
      "Claude Code · app@feature-x",
    );
    const question = second.page.locator(".monaco-dialog-box");
    await question
      .getByText(decideAllQuestion("Accept", 3, "Claude Code", "app@feature-x"))
      .waitFor();
    await question.getByRole("button", { name: "Accept All" }).click();
    assert.deepEqual(await Promise.all(answers), [
      "FILE_SAVED",
      "FILE_SAVED",
      "FILE_SAVED",
    ]);
    await waits(second, 1);
    await second.runCommand("Berth: Reject Diff");
    assert.equal(await kept, "DIFF_REJECTED");
  });
});
