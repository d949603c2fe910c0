// The main job: two worktrees in two windows, each with a server of its own that its agents find, and no others.
import assert from "node:assert/strict";
import path from "node:path";
import {
  formatAgentCount,
  formatCountsByWindow,
  formatPort,
  killAllQuestion,
  markActive,
  stoppedElsewhere,
} from "../../src/core/messages/instances";
import { noCurrentSelection } from "../../src/core/messages/tools";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Agent } from "../unit/support/agent";
import {
  gone,
  openShown,
  readLocks,
  readRecords,
  reconnect,
  recordOf,
  refused,
  STATUS,
} from "./instances";

describe("Two worktrees in two windows", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let app: string;
  let feature: string;
  let first: WorkbenchWindow;
  let second: WorkbenchWindow;
  let third: WorkbenchWindow | undefined;

  before(async () => {
    home = await TestHome.create();
    const repository = await GitRepository.create(
      path.join(home.folder, "app"),
      { "src/main.ts": "one\ntwo\nthree\n" },
    );
    app = repository.folder;
    feature = await repository.addWorktree("feature-x");
    await repository.addWorktree("fix-y");
    vscode = await VSCodeServer.start({ home });
    first = await vscode.openWindow(app);
    second = await vscode.openWindow(feature);
    await Promise.all([recordOf(home, app), recordOf(home, feature)]);
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  const statusOf = async (
    window: WorkbenchWindow,
    text: string,
    icon = "server",
  ): Promise<void> => {
    await until(`"${text}" with $(${icon}) in the status bar`, async () => {
      const icons = await window.statusBarIcons(STATUS);
      // The icons leave spaces in the text.
      const shown = (await window.statusBarText(STATUS))
        ?.split(/\s+/)
        .join(" ");
      return shown === text && icons[0] === icon;
    });
  };

  const startAgain = async (
    window: WorkbenchWindow,
    name: string,
  ): Promise<void> => {
    await window.page.bringToFront();
    await window.clickStatusBarItem(STATUS);
    await until(
      "its row in the list",
      async () => (await window.focusedRow()) === name,
    );
    await window.page.keyboard.press("Enter");
    await statusOf(window, name);
  };

  // Even if the previous test was interrupted.
  beforeEach(async () => {
    for (const [window, name] of [
      [first, "app@main"],
      [second, "app@feature-x"],
    ] as const) {
      await window.page.keyboard.press("Escape");
      const shown = await until("the instance in the status bar", () =>
        window.statusBarText(STATUS),
      );
      if (shown.includes("stopped")) await startAgain(window, name);
    }
  });

  // A window left open by a failed test would hold the first one's name and worktree in the next attempt.
  afterEach(async () => {
    await third?.close();
    third = undefined;
  });

  it("have two ports, two records and two lock files", async () => {
    const records = await readRecords(home);
    const locks = await readLocks(home);
    assert.equal(records.length, 2);
    assert.equal(new Set(records.map(({ port }) => port)).size, 2);
    assert.equal(new Set(records.map(({ token }) => token)).size, 2);
    assert.deepEqual(records.map(({ name }) => name).sort(), [
      "app@feature-x",
      "app@main",
    ]);
    assert.deepEqual(
      locks.map((lock) => lock.workspaceFolders).sort(),
      [[app], [feature]].sort(),
    );
    assert.deepEqual(locks.map((lock) => lock.ideName).sort(), [
      "VS Code · app@feature-x",
      "VS Code · app@main",
    ]);
  });

  it("are shown, each in its own status bar", async () => {
    await statusOf(first, "app@main");
    await statusOf(second, "app@feature-x");
  });

  it("give an agent its own folders and selection, and refuse another worktree's token", async () => {
    const [own, other] = [
      await recordOf(home, app),
      await recordOf(home, feature),
    ];
    const agent = await Agent.connect(own);
    const { folders } = (await agent.callForJson("getWorkspaceFolders")) as {
      folders: { path: string }[];
    };
    assert.deepEqual(
      folders.map((folder) => folder.path),
      [app],
    );
    await first.page.bringToFront();
    await first.openFile("src/main.ts");
    await first.selectLines(2, 3);
    await until("the selection to reach the agent", () =>
      agent
        .notified("selection_changed")
        .some(({ params }) => params?.["text"] === "two\nthree"),
    );
    assert.deepEqual(await agent.callForJson("getCurrentSelection"), {
      success: true,
      text: "two\nthree",
      filePath: path.join(app, "src/main.ts"),
      fileUrl: `file://${path.join(app, "src/main.ts")}`,
      selection: {
        start: { line: 1, character: 0 },
        end: { line: 2, character: 5 },
        isEmpty: false,
      },
    });
    await statusOf(first, "app@main 1");

    const stranger = await Agent.connect(other);
    assert.deepEqual(await stranger.callForJson("getCurrentSelection"), {
      success: false,
      message: noCurrentSelection,
    });
    assert.deepEqual(stranger.notified("selection_changed"), []);
    await assert.rejects(
      Agent.connect({ port: other.port, token: own.token }),
      /401/,
    );
    agent.dispose();
    stranger.dispose();
  });

  it("are both listed in each window, with what can be done to them", async () => {
    await first.page.bringToFront();
    await first.runCommand("Berth: List Instances");
    const rows = await until("all rows of the list", async () => {
      const shown = await first.pickerRows();
      return shown.length === 3 && shown;
    });
    assert.deepEqual(
      rows.map(({ label, group, detail }) => ({ label, group, detail })),
      [
        { label: "app@main", group: "This window", detail: app },
        { label: "app@feature-x", group: "Other windows", detail: feature },
        { label: "app@fix-y", group: "Not running", detail: `${app}-fix-y` },
      ],
    );
    const { port } = await recordOf(home, feature);
    // The agents of the test before may still be leaving.
    await until("no agent of the other window in the list", async () => {
      const expected = markActive(formatPort(port, formatAgentCount(0)));
      if ((await first.pickerRows())[1]?.description === expected) return true;
      await first.closePicker();
      await first.runCommand("Berth: List Instances");
      return false;
    });
    assert.deepEqual(
      rows.map(({ buttons }) => buttons),
      [["Open Agent Terminal", "Restart", "Kill"], ["Kill"], ["Start"]],
    );
    await first.closePicker();
  });

  it("can be killed from the other window, and stay stopped until they are started again", async () => {
    const { port, token } = await recordOf(home, feature);
    const agent = await Agent.connect({ port, token });
    await first.page.bringToFront();
    await first.runAndPick("Berth: Kill Instance...", "app@feature-x");
    await until("the question", () => first.dialogText());
    await first.pressDialogButton("Kill");
    await gone(home, feature);
    assert.equal(await agent.closed(), 1001);
    await refused({ port, token });
    await statusOf(second, "app@feature-x stopped", "circle-slash");

    // A change that reconciles must not start it again; its name shows that it has.
    await vscode.setSettings({ "berth.naming": "worktree" });
    await statusOf(second, "app-feature-x stopped", "circle-slash");
    await vscode.setSettings({});
    await statusOf(second, "app@feature-x stopped", "circle-slash");
    assert.equal((await readRecords(home)).length, 1);

    await startAgain(second, "app@feature-x");
    assert.equal((await recordOf(home, feature)).port, port);
    (await reconnect({ port, token })).dispose();
  });

  it("are all killed by one command that asks first", async () => {
    await first.page.bringToFront();
    await first.runCommand("Berth: Kill All Instances");
    const dialog = await until("the question", () => first.dialogText());
    assert.ok(dialog.includes(killAllQuestion(2)), dialog);
    assert.ok(dialog.includes(formatCountsByWindow(1, 1)), dialog);
    await first.pressDialogButton("Kill All");
    await Promise.all([gone(home, app), gone(home, feature)]);
    await statusOf(first, "app@main stopped", "circle-slash");
    await statusOf(second, "app@feature-x stopped", "circle-slash");
    await startAgain(first, "app@main");
    await startAgain(second, "app@feature-x");
    await Promise.all([recordOf(home, app), recordOf(home, feature)]);
  });

  it("share one instance when both have the same worktree open, and its agents do not notice when one closes", async () => {
    const own = await recordOf(home, app);
    const agent = await Agent.connect(own);
    third = await openShown(vscode, home, app);
    const windowsOf = (count: number) =>
      until(`${count} windows in the record`, async () => {
        const { instanceId, windows } = await recordOf(home, app);
        assert.equal(instanceId, own.instanceId);
        return windows.length === count;
      });
    await windowsOf(2);
    const locks = await readLocks(home);
    assert.equal(locks.filter((lock) => lock.worktreePath === app).length, 1);
    await statusOf(third, "app@main 1");
    await third.close();
    third = undefined;
    await windowsOf(1);
    assert.ok((await agent.request("ping")).result);
    assert.equal(agent.closeCode, undefined);
    agent.dispose();
  });

  it("say where their common instance was stopped, and start it in either", async () => {
    third = await openShown(vscode, home, app);
    await third.runAndPick("Berth: Kill Instance...", "app@main");
    await gone(home, app);
    await statusOf(first, "app@main stopped", "circle-slash");
    await first.page.bringToFront();
    await first.runCommand("Berth: List Instances");
    await until("where it was stopped, in the list", async () => {
      const rows = await first.pickerRows();
      const expected = markActive(stoppedElsewhere("app"));
      if (rows.some(({ description }) => description === expected)) return true;
      throw new Error(JSON.stringify(rows));
    });
    await first.closePicker();
    await startAgain(first, "app@main");
    await statusOf(third, "app@main");
  });

  it("can be switched to, which opens the folder of the other in a window", async () => {
    await first.page.bringToFront();
    const opened = first.page.context().waitForEvent("page");
    await first.runAndPick("Berth: Switch Instance...", "app@feature-x");
    const page = await opened;
    // A page has no address yet when it opens.
    await until(
      "the folder of the other window",
      () => new URL(page.url()).searchParams.get("folder") === feature,
    );
    await page.close();
  });
});
