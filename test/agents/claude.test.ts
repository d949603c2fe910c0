// The real Claude Code and the real VS Code: two worktrees in two windows, and every agent finds its own.
import assert from "node:assert/strict";
import type { InstanceRecord } from "../../src/core/contracts";
import { health } from "../../src/core/controlClient";
import { until } from "../harness/until";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { recordOf, STATUS } from "../ui/instances";
import { Scene } from "./support/scene";

/** Milliseconds: VS Code and several agents at once are a lot for a small machine. */
const patience = 60_000;

describe("Claude Code", function () {
  let scene: Scene;
  let first: WorkbenchWindow;
  let second: WorkbenchWindow;

  before(async () => {
    scene = await Scene.open();
    first = await scene.vscode.openWindow(scene.app);
    second = await scene.vscode.openWindow(scene.feature);
    for (const window of [first, second]) {
      await window.page.bringToFront();
      await window.openFile("src/main.ts");
    }
  });
  afterEach(() => scene.endAgents());
  after(() => scene.close());

  const instanceOf = (worktree: string): Promise<InstanceRecord> =>
    until(
      `the instance of ${worktree}`,
      () => recordOf(scene.home, worktree),
      patience,
    );

  /** Resolves when so many agents are connected to the worktree's instance. */
  const clientsOf = (worktree: string, count: number): Promise<boolean> =>
    until(
      `${count} agents at the instance of ${worktree}`,
      async () => {
        const state = await health(await recordOf(scene.home, worktree));
        return state?.clients === count;
      },
      patience,
    );

  const portOf = async (worktree: string) => ({
    CLAUDE_CODE_SSE_PORT: String((await instanceOf(worktree)).port),
  });

  const select = async (
    window: WorkbenchWindow,
    firstLine: number,
    lastLine: number,
  ): Promise<void> => {
    await window.page.bringToFront();
    await window.selectLines(firstLine, lastLine);
  };

  it("shows what is selected in its own worktree's window, and nothing of another's", async () => {
    const own = await scene.claude(scene.app, { env: await portOf(scene.app) });
    const other = await scene.claude(scene.feature, {
      env: await portOf(scene.feature),
    });
    await clientsOf(scene.app, 1);
    await clientsOf(scene.feature, 1);
    await until("the agent in the status bar", async () =>
      /^app@main\s+1$/.test((await first.statusBarText(STATUS)) ?? ""),
    );
    await select(first, 2, 4);
    await own.shows(/3 lines selected/);
    await select(second, 1, 2);
    await other.shows(/2 lines selected/);
    assert.match(await own.screen(), /3 lines selected/);
    // Once more, so that a stray selection has had its time to arrive.
    await select(first, 1, 4);
    await own.shows(/4 lines selected/);
    assert.match(await other.screen(), /2 lines selected/);
  });

  it("finds its worktree by the lock file, from any terminal", async () => {
    const agent = await scene.claude(scene.feature, { args: ["--ide"] });
    await clientsOf(scene.feature, 1);
    await clientsOf(scene.app, 0);
    await select(second, 3, 5);
    await agent.shows(/3 lines selected/);
  });

  it("gets back by itself when the window reloads", async function () {
    // It gives up after 15 s, and a machine that is very busy may need longer to bring the window back.
    this.retries(2);
    const agent = await scene.claude(scene.app, {
      env: await portOf(scene.app),
    });
    await clientsOf(scene.app, 1);
    const before = await instanceOf(scene.app);
    await first.page.bringToFront();
    await first.reload();
    const after = await until(
      "the instance's successor",
      async () => {
        const record = await recordOf(scene.home, scene.app);
        return record.instanceId !== before.instanceId && record;
      },
      patience,
    );
    assert.equal(after.port, before.port);
    await clientsOf(scene.app, 1);
    await first.openFile("src/main.ts");
    await select(first, 1, 5);
    await agent.shows(/5 lines selected/);
  });
});
