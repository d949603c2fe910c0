import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { fingerprint } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";
import { addWorktree, makeRepository } from "../../support/repositories";
import { Window, type WindowSetup } from "../../support/window";

describe("what the user wants", function () {
  const ground = useGround();
  let a: string;
  let b: string;
  beforeEach(() => {
    a = ground.make("a");
    b = ground.make("b");
  });
  const open = async (setup: Partial<WindowSetup> = {}) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [a, b],
        ...setup,
      }),
    );
  const is = (window: Window, worktree: string, state: string) =>
    until(`${worktree} is ${state}`, () => window.stateOf(worktree) === state);

  it("enabled off stops everything, on starts it again", async () => {
    const window = await open();
    await window.reconcile({ settings: { enabled: false } });
    await window.isStopped(a, "settings");
    await window.isStopped(b, "settings");
    assert.deepEqual(fingerprint(ground.locks), []);
    assert.deepEqual(await window.host.start(a), {
      kind: "failed",
      message: `No instance was started for ${a}, because Berth is turned off. Turn the setting berth.enabled on.`,
    });
    await window.reconcile({ settings: { enabled: true } });
    await is(window, a, "running");
    await is(window, b, "running");
  });

  it("autoStart off starts only what is asked for, and keeps that", async () => {
    const window = await open({ settings: { autoStart: "off" } });
    await is(window, a, "stopped");
    assert.equal(
      (await window.host.start(ground.make("a", "sub"))).kind,
      "done",
    );
    // A plain folder's subfolder is a folder of its own.
    assert.equal((await window.host.start(a)).kind, "done");
    await is(window, a, "running");
    await window.reconcile();
    assert.equal(window.stateOf(a), "running");
    assert.equal(window.stateOf(b), "stopped");
    await window.host.stop(a);
    await window.reconcile({ settings: { autoStart: "workspace" } });
    await is(window, b, "running");
    assert.equal(window.stateOf(a), "stopped");
  });

  it("autoStart activeEditor starts a worktree once a file of it is edited, and keeps it", async () => {
    const window = await open({ settings: { autoStart: "activeEditor" } });
    await is(window, a, "stopped");
    await window.reconcile({ activeDirectory: a });
    await is(window, a, "running");
    assert.equal(window.stateOf(b), "stopped");
    await window.reconcile({ activeDirectory: b });
    await is(window, b, "running");
    await window.reconcile({ activeDirectory: null });
    assert.equal(window.stateOf(a), "running");
    await window.host.stop(a);
    await window.reconcile({ activeDirectory: a });
    assert.equal(window.stateOf(a), "stopped");
  });

  it("autoStart activeEditor starts the folder that is open for a file below it, where git knows no worktree", async () => {
    const window = await open({ settings: { autoStart: "activeEditor" } });
    await window.reconcile({ activeDirectory: ground.make("elsewhere") });
    await window.reconcile({ activeDirectory: ground.make("a", "sub") });
    await is(window, a, "running");
    assert.deepEqual(
      window.views.map(({ worktree }) => worktree),
      [a, b],
    );
  });

  it("autoStart activeEditor starts the worktree for a file of its git directory", async () => {
    const app = makeRepository(ground.path("app"));
    const window = await open({
      folders: [app],
      settings: { autoStart: "activeEditor" },
    });
    await window.reconcile({ activeDirectory: path.join(app, ".git") });
    await is(window, app, "running");
  });

  it("a worktree beside the workspace can be started, and is listed before", async () => {
    const app = makeRepository(ground.path("app"));
    const linked = addWorktree(app, ground.path("linked"), "topic");
    const window = await open({ folders: [app] });
    const { notRunning } = await window.host.list();
    assert.deepEqual(notRunning, [
      { path: linked, branch: "topic", repository: "app" },
    ]);
    assert.deepEqual(await window.host.start(linked), {
      kind: "done",
      value: linked,
    });
    assert.equal((await window.record(linked)).name, "app@topic");
    const listing = await window.host.list();
    assert.deepEqual(listing.notRunning, []);
    assert.deepEqual(
      listing.instances.map(({ record, liveness, health }) => [
        record.name,
        liveness,
        health?.clients,
      ]),
      [
        ["app@main", "live", 0],
        ["app@topic", "live", 0],
      ],
    );
    await window.reconcile();
    assert.equal(window.stateOf(linked), "running");
  });

  it("starting what is not there says so", async () => {
    const window = await open();
    const gone = ground.path("gone");
    assert.deepEqual(await window.host.start(gone), {
      kind: "failed",
      message: `There is no folder ${gone} any more. Open another folder, or make it again.`,
    });
  });

  it("a restart gives a new instance on the old address", async () => {
    const window = await open();
    const before = await window.record(a);
    const untouched = await window.record(b);
    const agent = ground.own(await Agent.connect(before));
    await window.host.restart(a);
    assert.equal(await agent.closed(), 1001);
    const after = await window.record(a);
    assert.notEqual(after.instanceId, before.instanceId);
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
    assert.deepEqual(await window.record(b), untouched);
    ground.own(await Agent.connect(before));
    await window.host.stop(a);
    await window.host.restart(a);
    await is(window, a, "running");
  });

  it("many wishes at once end in the last one", async () => {
    const window = await open();
    const wishes = Array.from({ length: 30 }, (_, index) =>
      window.reconcile({
        folders: index % 2 ? [a] : [a, b],
        settings: { nameTemplate: `name ${index}`, naming: "custom" },
      }),
    );
    await Promise.all([...wishes, window.host.restart(a), window.host.stop(b)]);
    await until(
      "the last name is shown",
      () => window.view(a)?.name === "name 29",
    );
    await until(
      "the other is forgotten",
      () => window.stateOf(b) === "unknown",
    );
    assert.equal(readdirSync(ground.locks).length, 1);
    assert.equal((await window.record(a)).name, "name 29");
  });

  it("pins of an earlier host are kept", async () => {
    const window = await open({
      pins: [
        [b, "stopped"],
        [path.join(ground.make("c")), "started"],
      ],
    });
    await is(window, a, "running");
    await is(window, b, "stopped");
    await is(window, ground.path("c"), "running");
    assert.equal(window.view(b)?.pin, "stopped");
  });
});
