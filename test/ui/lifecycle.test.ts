// What happens to an instance when its window reloads, closes or is killed.
import assert from "node:assert/strict";
import { mkdtemp, rename } from "node:fs/promises";
import path from "node:path";
import { settingReplaced } from "../../src/core/messages/settings";
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

  const stillServed = async (agent: Agent): Promise<void> => {
    assert.ok((await agent.request("ping")).result);
    assert.equal(agent.closeCode, undefined);
    agent.dispose();
  };

  it("goes on while its window reloads, and its agents stay connected", async () => {
    const worktree = await addWorktree("reloaded");
    const window = await openShown(vscode, home, worktree);
    const before = await recordOf(home, worktree);
    const agent = await Agent.connect(before);
    await window.reload();
    await shown(window);
    const after = await recordOf(home, worktree);
    assert.deepEqual(
      [after.instanceId, after.pid, after.port, after.token],
      [before.instanceId, before.pid, before.port, before.token],
    );
    await stillServed(agent);
    await window.close();
  });

  it("goes on when its extension host is killed, and its agents stay connected", async () => {
    const worktree = await addWorktree("killed");
    const window = await openShown(vscode, home, worktree);
    const before = await recordOf(home, worktree);
    const agent = await Agent.connect(before);
    const host = (await vscode.extensionHosts()).at(-1);
    assert.ok(host);
    await vscode.killExtensionHost(host);
    await until("the next extension host has it", async () => {
      const next = (await vscode.extensionHosts()).at(-1);
      const { instanceId, windows } = await recordOf(home, worktree);
      assert.equal(instanceId, before.instanceId);
      return next && next.pid !== host.pid && windows.length === 1;
    });
    await stillServed(agent);
    await shown(window);
    await window.close();
  });

  it("goes on in the next window on its folder after its own has crashed", async () => {
    const worktree = await addWorktree("crashed");
    const window = await openShown(vscode, home, worktree);
    const before = await recordOf(home, worktree);
    const agent = await Agent.connect(before);
    await window.crash();
    const next = await openShown(vscode, home, worktree);
    assert.equal(
      (await recordOf(home, worktree)).instanceId,
      before.instanceId,
    );
    const filePath = path.join(worktree, "README.md");
    await agent.call("openFile", { filePath });
    await next.page.locator('.tab[data-resource-name="README.md"]').waitFor();
    await stillServed(agent);
    await next.close();
  });

  it("leaves nothing behind when its page is closed", async () => {
    await vscode.setSettings({ "berth.reloadGrace": 1 });
    const worktree = await addWorktree("closed");
    const window = await openShown(vscode, home, worktree);
    const { port, token } = await recordOf(home, worktree);
    await window.close();
    await gone(home, worktree);
    await refused({ port, token });
  });

  for (const signal of ["SIGKILL", "SIGSTOP"] as const)
    it(`comes back with its port and token when its server gets a ${signal}`, async () => {
      const worktree = await addWorktree(signal.toLowerCase());
      const window = await openShown(vscode, home, worktree);
      const before = await recordOf(home, worktree);
      process.kill(before.pid, signal);
      const after = await until("its successor", async () => {
        const record = await recordOf(home, worktree);
        return record.instanceId !== before.instanceId && record;
      });
      assert.notEqual(after.pid, before.pid);
      assert.deepEqual([after.port, after.token], [before.port, before.token]);
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
    });

  it("comes back with its port and token when a person restarts the server", async () => {
    const worktree = await addWorktree("restarted");
    const window = await openShown(vscode, home, worktree);
    const before = await recordOf(home, worktree);
    await window.runCommand("Berth: Restart Server");
    const after = await until("its successor", async () => {
      const record = await recordOf(home, worktree);
      return record.pid !== before.pid && record;
    });
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
    (await reconnect(after)).dispose();
    await window.close();
  });

  it("has its files removed by the next window when server and window are gone for good", async () => {
    const [dead, live] = [await addWorktree("dead"), await addWorktree("live")];
    const window = await openShown(vscode, home, dead);
    const { pid } = await recordOf(home, dead);
    const hosts = await vscode.extensionHosts();
    await window.crash();
    for (const host of hosts) await vscode.killExtensionHost(host);
    process.kill(pid, "SIGKILL");
    const other = await openShown(vscode, home, live);
    await gone(home, dead);
    await recordOf(home, live);
    await other.close();
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
