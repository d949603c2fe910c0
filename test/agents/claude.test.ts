// The real Claude Code and the real VS Code: two worktrees in two windows, and every agent finds its own.
import assert from "node:assert/strict";
import { until } from "../harness/until";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { STATUS } from "../ui/instances";
import { claudeCode } from "./support/claudeCode";
import { Scene } from "./support/scene";
import type { Terminal } from "./support/terminal";

describe("Claude Code", function () {
  let scene: Scene;
  let first: WorkbenchWindow;
  let second: WorkbenchWindow;

  before(async () => {
    scene = await Scene.open(claudeCode);
    first = await scene.vscode.openWindow(scene.app);
    second = await scene.vscode.openWindow(scene.feature);
    for (const window of [first, second]) {
      await window.page.bringToFront();
      await window.openFile("src/main.ts");
    }
  });
  afterEach(() => scene.endAgents());
  after(() => scene.close());

  /** Starts an agent as in a terminal of its worktree's window; resolves once it has found its editor. */
  const connected = async (worktree: string): Promise<Terminal> => {
    const { port } = await scene.instance(worktree);
    const agent = await scene.agent(worktree, { port });
    await scene.clients(worktree, 1);
    return agent;
  };

  const select = async (
    window: WorkbenchWindow,
    firstLine: number,
    lastLine: number,
  ): Promise<void> => {
    await window.page.bringToFront();
    await window.selectLines(firstLine, lastLine);
  };

  it("shows what is selected in its own worktree's window, and nothing of another's", async () => {
    const own = await connected(scene.app);
    const other = await connected(scene.feature);
    await until("the agent in the status bar", async () =>
      /^app@main\s+1$/.test((await first.statusBarText(STATUS)) ?? ""),
    );
    await select(first, 2, 4);
    await own.shows(/3 lines selected/);
    await select(second, 1, 2);
    await other.shows(/2 lines selected/);
    assert.match(await own.screen(), /3 lines selected/);
    // Once more, so that a stray selection would have had time to arrive.
    await select(first, 1, 4);
    await own.shows(/4 lines selected/);
    assert.match(await other.screen(), /2 lines selected/);
  });

  it("shows what was selected before it connected", async () => {
    await select(first, 1, 2);
    const agent = await connected(scene.app);
    await agent.shows(/2 lines selected/);
  });

  it("gets what the user points it to into its prompt, even while it is still starting", async () => {
    await select(first, 2, 3);
    const starting = connected(scene.app);
    await first.runCommand("Berth: Send Selection");
    const agent = await starting;
    await agent.shows(/@src\/main\.ts#L2-3/);
    await first.openFile("src/main.ts");
    await first.selectLines(1, 1);
    await first.page.keyboard.press("Control+Alt+K");
    await agent.shows(/@src\/main\.ts#L1\b/);
  });

  it("names its instance by repository and branch", async () => {
    for (const [worktree, name] of [
      [scene.app, "app@main"],
      [scene.feature, "app@feature-x"],
    ] as const) {
      const agent = await connected(worktree);
      await agent.type("/ide");
      await agent.shows(/Manage IDE integrations/);
      await agent.press("Enter");
      await agent.shows(new RegExp(`✔ VS Code · ${name}$`, "m"));
    }
  });

  it("finds its worktree's instance by the lock file, from any terminal", async () => {
    const agent = await scene.agent(scene.feature, { args: ["--ide"] });
    await scene.clients(scene.feature, 1);
    await scene.clients(scene.app, 0);
    await select(second, 3, 5);
    await agent.shows(/3 lines selected/);
  });

  it("stays connected when the window reloads", async () => {
    const agent = await connected(scene.app);
    const before = await scene.instance(scene.app);
    await first.page.bringToFront();
    await first.reload();
    await first.openFile("src/main.ts");
    await select(first, 1, 5);
    await agent.shows(/5 lines selected/);
    const after = await scene.instance(scene.app);
    assert.equal(after.instanceId, before.instanceId);
  });

  it("reconnects by itself when the server is killed", async () => {
    const agent = await connected(scene.app);
    // Once it has introduced itself: it gives up for good when its first connection is cut before that.
    await first.openFile("src/main.ts");
    await select(first, 2, 4);
    await agent.shows(/3 lines selected/);
    const before = await scene.instance(scene.app);
    process.kill(before.pid, "SIGKILL");
    const after = await scene.successor(before);
    assert.equal(after.port, before.port);
    await scene.clients(scene.app, 1);
    await first.openFile("src/main.ts");
    await select(first, 1, 4);
    await agent.shows(/4 lines selected/);
  });
});
