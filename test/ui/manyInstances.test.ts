// Fifty live instances beside a thousand records of dead ones: list and tree are right, and nothing foreign is touched.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { crowd, leaveRecords } from "../harness/crowd";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Agent } from "../unit/support/agent";
import type { Window } from "../unit/support/window";
import { openShown, recordOf, STATUS } from "./instances";

const HELD = 49;
const STALE = 1_000;

describe("Fifty instances beside a thousand dead records", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let window: WorkbenchWindow;
  let others: Window;
  let left: Awaited<ReturnType<typeof leaveRecords>>;
  let otherLock: string;
  const otherLockText = JSON.stringify({
    pid: process.pid,
    workspaceFolders: ["/elsewhere/other"],
    ideName: "Another Editor",
    transport: "ws",
  });

  before(async () => {
    home = await TestHome.create();
    const { folder } = await GitRepository.create(
      path.join(home.folder, "app"),
    );
    vscode = await VSCodeServer.start({ home });
    window = await openShown(vscode, home, folder);
    others = await crowd(home, HELD);
    left = await leaveRecords(home, STALE);
    otherLock = path.join(home.lockFolder, "9.lock");
    await writeFile(otherLock, otherLockText);
    // So that the whole tree is in view.
    await window.page.setViewportSize({ width: 1280, height: 2600 });
    await window.tree.open();
  });
  after(async () => {
    await others.dispose();
    await vscode.stop();
    await home.remove();
  });

  const held = Array.from(
    { length: HELD },
    (_, index) => `folder-${String(index).padStart(2, "0")}`,
  );
  const running = async (): Promise<string[]> =>
    (await window.tree.rows())
      .filter(({ description }) => /\bport \d+/.test(description))
      .map(({ label }) => label);

  it("are all in the tree, and no dead one is", async () => {
    await until("the tree shows all that run", async () => {
      const names = new Set(await running());
      return held.every((name) => names.has(name));
    });
    const labels = (await window.tree.rows()).map(({ label }) => label);
    assert.ok(!labels.some((label) => label.startsWith("dead-")));
  });

  it("are found in the list by typing, and what is dead is swept away", async () => {
    await window.clickStatusBarItem(STATUS);
    for (const name of ["folder-00", "folder-48"]) {
      await window.typeInPicker(name);
      await until(`${name} alone`, async () => {
        const labels = (await window.pickerRows()).map(({ label }) => label);
        return labels.length === 1 && labels[0] === name;
      });
    }
    await window.closePicker();
    await until("the dead ones' records to go", () =>
      left.stale.every((file) => !existsSync(file)),
    );
  });

  it("leave alone what is not theirs", async () => {
    assert.ok(existsSync(left.foreign));
    assert.equal(await readFile(otherLock, "utf8"), otherLockText);
  });

  it("show each change of one of them", async () => {
    const name = "folder-07";
    const worktree = path.join(home.folder, "crowd", name);
    const agent = await Agent.connect(await recordOf(home, worktree));
    const agentBelow = async (): Promise<boolean> => {
      const labels = (await window.tree.rows()).map(({ label }) => label);
      return labels[labels.lastIndexOf(name) + 1] === "Claude Code";
    };
    await until("the agent below it", agentBelow);
    agent.dispose();
    await until("no agent below it", async () => !(await agentBelow()));
    await others.host.stop(worktree);
    await until(
      "it runs no more",
      async () => !(await running()).includes(name),
    );
    assert.equal(
      (await running()).filter((each) => held.includes(each)).length,
      HELD - 1,
    );
    await others.host.start(worktree);
    await until("it runs again", async () => (await running()).includes(name));
  });
});
