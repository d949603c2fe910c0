// What a window's user can do about the instances of other windows: see which of them are stopped, stop and start them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { stopInstance } from "../../../../src/core/control/controlClient";
import { tooManyInstances } from "../../../../src/core/errors";
import { noWindowHasIt, stillRuns } from "../../../../src/core/killErrors";
import { done, failed, unwrap } from "../../../../src/core/outcome";
import { identifyPlace } from "../../../../src/core/system/machine";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { putRecord, recordOf } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";
import { addWorktree, makeRepository } from "../../support/repositories";
import { openWindow, type Window } from "../../support/window";

describe("the instances of other windows", () => {
  const ground = useGround();
  let app: string;
  let linked: string;
  beforeEach(() => {
    app = makeRepository(ground.path("app"));
    linked = addWorktree(app, ground.path("linked"), "topic");
  });
  const open = (folders: readonly string[], name: string, more = {}) =>
    openWindow(ground, folders, { workspace: `file:///${name}`, ...more });
  const stoppedIn = (window: Window, worktree: string) =>
    until(`${worktree} is stopped in another window`, () =>
      window.machine.stopped.find((each) => each.worktree === worktree),
    );
  const stoppedBy = (window: Window, worktree: string) => {
    const state = window.view(worktree)?.state;
    return state?.kind === "stopped" ? state.by : undefined;
  };

  it("are theirs where they are stopped, and start there again", async () => {
    const first = await open([app], "first");
    const second = await open([linked], "second");
    const { instanceId, port } = await second.record(linked);
    assert.deepEqual(
      await first.host.stopRemote(instanceId),
      done({ kind: "stopped" }),
    );
    await second.isStopped(linked, "user");
    const { window, ...stopped } = await stoppedIn(first, linked);
    assert.deepEqual(stopped, {
      worktree: linked,
      name: "app@topic",
      gitCommonDir: `${app}/.git`,
      repository: "app",
      branch: "topic",
      because: "user",
    });
    assert.equal(window.workspace, "file:///second");
    assert.deepEqual(first.machine.notRunning, []);
    assert.deepEqual(second.machine.stopped, []);
    assert.equal((await first.host.startRemote(linked)).kind, "done");
    assert.equal((await second.running(linked)).port, port);
    assert.equal(first.view(linked), undefined);
    await until("it is nobody's to start", () =>
      [first.machine.stopped, first.machine.notRunning].every(
        (list) => list.length === 0,
      ),
    );
  });

  it("are listed as not running once no window has them open", async () => {
    const first = await open([app], "first");
    const second = await open([linked], "second");
    await second.host.stop(linked);
    await stoppedIn(first, linked);
    await second.dispose();
    await until("it is no window's", () =>
      first.machine.notRunning.some(({ path }) => path === linked),
    );
    assert.deepEqual(first.machine.stopped, []);
    assert.deepEqual(
      await first.host.startRemote(linked),
      failed(noWindowHasIt(linked)),
    );
  });

  it("say why they do not run: by the settings, or at the limit", async () => {
    const plain = ground.make("plain");
    const first = await open([app], "first");
    await open([linked, plain], "second", { settings: { maxInstances: 1 } });
    assert.equal((await stoppedIn(first, plain)).because, "limit");
    assert.deepEqual(
      await first.host.startRemote(plain),
      failed(tooManyInstances(1)),
    );
    const off = ground.make("off");
    await open([off], "third", { settings: { autoStart: "off" } });
    assert.equal((await stoppedIn(first, off)).because, "settings");
    assert.equal((await first.host.startRemote(off)).kind, "done");
  });

  it("hear who has stopped them: another window, a shell, or nobody else", async () => {
    const first = await open([app], "first");
    const second = await open([app], "second");
    const stopAgain = async (stop: () => Promise<unknown>) => {
      const before = await second.record(app);
      await stop();
      for (const window of [first, second]) await window.isStopped(app, "user");
      const by = [first, second].map((window) => stoppedBy(window, app));
      unwrap(await second.host.start(app));
      assert.notEqual((await second.record(app)).instanceId, before.instanceId);
      return by;
    };
    const window = (workspace: string) => ({ kind: "window", workspace });
    assert.deepEqual(await stopAgain(() => first.host.stop(app)), [
      null,
      window("file:///first"),
    ]);
    const { instanceId } = await first.record(app);
    assert.deepEqual(await stopAgain(() => first.host.stopRemote(instanceId)), [
      null,
      window("file:///first"),
    ]);
    const shell = { kind: "shell" };
    assert.deepEqual(
      await stopAgain(async () => stopInstance(await first.record(app))),
      [shell, shell],
    );
    // A window whose instances another process hosts.
    assert.deepEqual(
      await stopAgain(async () =>
        stopInstance(await first.record(app), "file:///far%20away"),
      ),
      [window("file:///far%20away"), window("file:///far%20away")],
    );
  });

  it("count as stopped when they are gone already", async () => {
    const first = await open([app], "first");
    const second = await open([linked], "second");
    const { instanceId } = await second.record(linked);
    await second.host.stop(linked);
    assert.deepEqual(
      await first.host.stopRemote(instanceId),
      done({ kind: "stopped" }),
    );
  });

  it("are cleaned up after only once their process is gone, which is never ended", async () => {
    const window = await open([app], "first");
    const program = spawn("sleep", ["600"]);
    ground.defer(() => program.kill());
    const { machine } = await identifyPlace();
    const record = await recordOf({ pid: program.pid ?? 0, machine, port: 9 });
    const file = putRecord(ground, record);
    const { instanceId, name } = record;
    const stop = unwrap(await window.host.stopRemote(instanceId));
    assert.ok(stop.kind === "unanswered" && !stop.isGone);
    assert.match(stop.why, /^app@main did not answer \(.*ECONNREFUSED/);
    assert.deepEqual(
      await window.host.cleanUp(instanceId),
      failed(stillRuns(name)),
    );
    assert.ok(existsSync(file));
    assert.equal(program.exitCode, null);
    program.kill("SIGKILL");
    await once(program, "exit");
    const after = unwrap(await window.host.stopRemote(instanceId));
    assert.ok(after.kind === "unanswered" && after.isGone);
    assert.equal((await window.host.cleanUp(instanceId)).kind, "done");
    assert.ok(!existsSync(file));
  });
});

describe("a window at its limit", () => {
  const ground = useGround();

  it("names the instance used least recently, and runs another in its place", async () => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => ground.make(name));
    assert.ok(a && b && c && d);
    const window = await openWindow(ground, [a, b, c, d], {
      settings: { maxInstances: 2 },
    });
    const leastUsed = async () => (await window.host.leastUsed())?.worktree;
    await window.running(a);
    await window.running(b);
    await window.isStopped(c, "limit");
    assert.equal(await leastUsed(), a);
    await window.host.setActive(a);
    assert.equal(await leastUsed(), b);
    await window.host.setActive(b);
    assert.equal(await leastUsed(), a);
    const agent = ground.own(await Agent.connect(await window.record(a)));
    await agent.callForJson("getWorkspaceFolders");
    assert.equal(await leastUsed(), b);
    assert.deepEqual(await window.host.start(d), failed(tooManyInstances(2)));
    // The third would be the next by the order of the folders.
    assert.equal(unwrap(await window.host.start(d, b)), d);
    await window.isStopped(b, "user");
    await window.isStopped(c, "limit");
    await window.running(a);
    assert.equal(agent.closeCode, undefined);
  });

  it("has none to name where none runs", async () => {
    const window = await openWindow(ground, [ground.make("a")], {
      settings: { autoStart: "off" },
    });
    assert.equal(await window.host.leastUsed(), null);
  });
});
