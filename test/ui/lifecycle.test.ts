// What happens to an instance when its window reloads, closes or is killed.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rename } from "node:fs/promises";
import path from "node:path";
import { settingReplaced } from "../../src/core/messages";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import { Agent } from "../unit/support/agent";
import {
  gone,
  openShown,
  readLocks,
  readRecords,
  reconnect,
  recordOf,
  refused,
  shown,
  STATUS,
} from "./instances";

describe("An instance", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let repository: GitRepository;

  before(async () => {
    home = await TestHome.create();
    repository = await GitRepository.create(path.join(home.folder, "app"));
    vscode = await VSCodeServer.start({ home });
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  afterEach(() => vscode.setSettings({}));

  /** Mocha retries a failed test: each attempt has its own worktree. */
  let attempts = 0;
  const addWorktree = (branch: string): Promise<string> =>
    repository.addWorktree(`${branch}-${String(++attempts)}`);

  it("keeps its port across a reload, and lets its agents in again with the token they have", async () => {
    const worktree = await addWorktree("reloaded");
    const window = await openShown(vscode, home, worktree);
    const before = await recordOf(home, worktree);
    const agent = await Agent.connect(before);
    const lost = once(agent.socket, "close");
    const reloaded = window.reload();
    await lost;
    const reconnected = await reconnect(before);
    await reloaded;
    const after = await recordOf(home, worktree);
    assert.equal(after.port, before.port);
    assert.notEqual(after.pid, before.pid);
    reconnected.dispose();
    await shown(window);
    await window.close();
    await gone(home, worktree);
  });

  it("passes its port and token to the next window on its folder after its own has crashed", async () => {
    const worktree = await addWorktree("crashed");
    const window = await openShown(vscode, home, worktree);
    const before = await recordOf(home, worktree);
    await window.crash();
    const next = await openShown(vscode, home, worktree);
    const after = await until("its successor", async () => {
      const record = await recordOf(home, worktree);
      return record.instanceId !== before.instanceId && record;
    });
    assert.notEqual(after.pid, before.pid);
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
    (await reconnect(after)).dispose();
    await next.close();
    await gone(home, worktree);
  });

  it("leaves nothing behind when its page is closed", async () => {
    const worktree = await addWorktree("closed");
    const window = await openShown(vscode, home, worktree);
    const { port, token } = await recordOf(home, worktree);
    await window.close();
    await gone(home, worktree);
    await refused({ port, token });
  });

  it("is replaced when its extension host is killed, and its files are removed", async () => {
    const worktree = await addWorktree("killed");
    const window = await openShown(vscode, home, worktree);
    const before = await recordOf(home, worktree);
    process.kill(before.pid, "SIGKILL");
    const after = await until("its successor", async () => {
      const record = await recordOf(home, worktree);
      return record.instanceId !== before.instanceId && record;
    });
    assert.equal(after.port, before.port);
    await until("the dead one's files to go", async () => {
      const ids = [
        ...(await readRecords(home)),
        ...(await readLocks(home)),
      ].map(({ instanceId }) => instanceId);
      return !ids.includes(before.instanceId);
    });
    (await reconnect(after)).dispose();
    await shown(window);
    await window.close();
    await gone(home, worktree);
  });

  it("has its files removed by another window when its own is gone for good", async () => {
    const [dead, live] = [await addWorktree("dead"), await addWorktree("live")];
    const window = await openShown(vscode, home, dead);
    const other = await openShown(vscode, home, live);
    const { pid } = await recordOf(home, dead);
    // Without its page nothing starts the extension host again.
    await window.page.context().setOffline(false);
    await window.page.evaluate("window.stop()");
    process.kill(pid, "SIGKILL");
    await window.close();
    await gone(home, dead);
    await recordOf(home, live);
    await other.close();
    await gone(home, live);
  });

  it("stops when its folder is moved away, and starts again when it is back", async () => {
    const worktree = await mkdtemp(path.join(home.folder, "plain-"));
    const window = await openShown(vscode, home, worktree);
    await recordOf(home, worktree);
    await rename(worktree, `${worktree}-moved`);
    await gone(home, worktree);
    await rename(`${worktree}-moved`, worktree);
    await recordOf(home, worktree);
    await window.close();
    await gone(home, worktree);
  });

  it("uses the default for an invalid setting, and says so", async () => {
    const worktree = await addWorktree("settings");
    const window = await openShown(vscode, home, worktree);
    const { port } = await recordOf(home, worktree);
    await vscode.setSettings({ "berth.portRange": "9-8" });
    const message = await until("the message", async () =>
      (await window.notifications()).find((text) =>
        text.includes("berth.portRange"),
      ),
    );
    assert.equal(message, settingReplaced("portRange", "9-8", "20000-29999"));
    // Both at once: the name shows that the host has had them.
    await vscode.setSettings({
      "berth.portRange": "9-8",
      "berth.naming": "worktree",
    });
    await until("the new name", async () => {
      const { name } = await recordOf(home, worktree);
      return name === path.basename(worktree);
    });
    assert.equal((await recordOf(home, worktree)).port, port);
    await vscode.setSettings({ "berth.statusBar": false });
    await until(
      "the status bar item to go",
      async () => (await window.statusBarText(STATUS)) === undefined,
    );
    await vscode.setSettings({ "berth.enabled": false });
    await gone(home, worktree);
    await vscode.setSettings({});
    await recordOf(home, worktree);
    await window.close();
  });
});
