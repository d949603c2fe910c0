// The tree of the whole machine, in two windows with a worktree each.
import assert from "node:assert/strict";
import path from "node:path";
import type { GitRepository } from "../harness/gitRepository";
import type { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import type { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Agent } from "../unit/support/agent";
import { gone, recordOf, screenshots } from "./instances";
import { openTwoWorktrees } from "./twoWorktrees";

describe("The tree of the machine", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let repository: GitRepository;
  let feature: string;
  let first: WorkbenchWindow;
  let second: WorkbenchWindow;

  before(async () => {
    ({ home, vscode, repository, feature, first, second } =
      await openTwoWorktrees({
        "README.md": "one\ntwo\n",
      }));
    for (const window of [first, second]) {
      await window.page.bringToFront();
      await window.tree.open();
    }
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  const outline = async (window: WorkbenchWindow) =>
    (await window.tree.rows()).map(({ level, label }) => `${level} ${label}`);
  const shows = (window: WorkbenchWindow, expected: readonly string[]) =>
    until(`the tree shows ${expected.join(", ")}`, async () => {
      assert.deepEqual(await outline(window), expected);
      return true;
    });

  it("has the worktrees of a repository, whoever has them open, and those that nobody serves", async () => {
    const added = await repository.addWorktree("fix-y");
    await first.page.bringToFront();
    await shows(first, [
      "1 app",
      "2 app@main",
      "2 app@feature-x",
      "2 app@fix-y",
    ]);
    await repository.git("worktree", "remove", "--", added);
    await shows(first, ["1 app", "2 app@main", "2 app@feature-x"]);
  });

  it("shows in each window what agents of the other one do, and speaks it (Screenshots)", async () => {
    const agent = await Agent.connect(await recordOf(home, feature));
    await first.page.bringToFront();
    await shows(first, [
      "1 app",
      "2 app@main",
      "2 app@feature-x",
      "3 Claude Code",
    ]);
    const file = path.join(feature, "README.md");
    const proposing = agent.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "three\n",
      tab_name: "three",
    });
    await shows(first, [
      "1 app",
      "2 app@main",
      "2 app@feature-x",
      "3 README.md",
      "3 Claude Code",
    ]);
    await until("the badge", async () => (await first.tree.badge()) === "1");
    const rows = await first.tree.rows();
    assert.match(rows[2]?.spoken ?? "", /app@feature-x.*1 diff to review/);
    assert.match(rows[3]?.spoken ?? "", /README\.md.*from Claude Code/);
    await first.page.screenshot({
      path: path.join(screenshots, "tree.png"),
      clip: { x: 0, y: 0, width: 640, height: 380 },
    });
    await first.tree.press("README.md", "Review Diff");
    await second.page.bringToFront();
    await second.runCommand("Berth: Reject Diff");
    await proposing;
    await first.page.bringToFront();
    await until("no badge", async () => (await first.tree.badge()) === "");
    await first.tree.press("Claude Code", "Disconnect Agent");
    await shows(first, ["1 app", "2 app@main", "2 app@feature-x"]);
    agent.dispose();
  });

  it("stops an instance of another window, and starts one of its own again", async () => {
    await first.page.bringToFront();
    await first.tree.press("app@feature-x", "Kill");
    await gone(home, feature);
    await second.page.bringToFront();
    await until("it is shown as stopped there", async () =>
      (await second.tree.rows()).some(({ description }) =>
        description.startsWith("stopped"),
      ),
    );
    await second.tree.press("app@feature-x", "Start");
    await recordOf(home, feature);
  });
});
