import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { notAFolder } from "../../../../src/core/pathErrors";
import { notStarted } from "../../../../src/core/errors";
import { failed } from "../../../../src/core/outcome";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { fingerprint } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";
import {
  addWorktree,
  git,
  makeRepository,
  removeWorktree,
  wrapGit,
} from "../../support/repositories";
import { Window, type WindowSetup } from "../../support/window";

describe("the instances of a window", function () {
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
  const reaches = (window: Window, worktree: string, state: string) =>
    until(`${worktree} is ${state}`, () => window.stateOf(worktree) === state);

  it("stop when the setting enabled is turned off, and start when it is on again", async () => {
    const window = await open();
    await window.reconcile({ settings: { enabled: false } });
    await window.isStopped(a, "settings");
    await window.isStopped(b, "settings");
    assert.deepEqual(fingerprint(ground.locks), []);
    assert.deepEqual(await window.host.start(a), failed(notStarted(a)));
    await window.reconcile({ settings: { enabled: true } });
    await reaches(window, a, "running");
    await reaches(window, b, "running");
  });

  it("start only on request with autoStart off, and then keep running", async () => {
    const window = await open({ settings: { autoStart: "off" } });
    await reaches(window, a, "stopped");
    assert.equal(
      (await window.host.start(ground.make("a", "sub"))).kind,
      "done",
    );
    // A plain folder's subfolder is a folder of its own.
    assert.equal((await window.host.start(a)).kind, "done");
    await reaches(window, a, "running");
    await window.reconcile();
    assert.equal(window.stateOf(a), "running");
    assert.equal(window.stateOf(b), "stopped");
    await window.host.stop(a);
    await window.reconcile({ settings: { autoStart: "workspace" } });
    await reaches(window, b, "running");
    assert.equal(window.stateOf(a), "stopped");
  });

  it("start with autoStart activeEditor once a file of theirs is active, and then keep running", async () => {
    const window = await open({ settings: { autoStart: "activeEditor" } });
    await reaches(window, a, "stopped");
    await window.reconcile({ activeDirectory: a });
    await reaches(window, a, "running");
    assert.equal(window.stateOf(b), "stopped");
    await window.reconcile({ activeDirectory: b });
    await reaches(window, b, "running");
    await window.reconcile({ activeDirectory: null });
    assert.equal(window.stateOf(a), "running");
    await window.host.stop(a);
    await window.reconcile({ activeDirectory: a });
    assert.equal(window.stateOf(a), "stopped");
  });

  it("start with autoStart activeEditor for a file anywhere below an open folder without git", async () => {
    const window = await open({ settings: { autoStart: "activeEditor" } });
    await window.reconcile({ activeDirectory: ground.make("elsewhere") });
    await window.reconcile({ activeDirectory: ground.make("a", "sub") });
    await reaches(window, a, "running");
    assert.deepEqual(
      window.views.map(({ worktree }) => worktree),
      [a, b],
    );
  });

  it("start with autoStart activeEditor for a file in the git directory of their worktree", async () => {
    const app = makeRepository(ground.path("app"));
    const window = await open({
      folders: [app],
      settings: { autoStart: "activeEditor" },
    });
    await window.reconcile({ activeDirectory: path.join(app, ".git") });
    await reaches(window, app, "running");
  });

  it("can be started for a worktree outside the workspace, which is listed before", async () => {
    const app = makeRepository(ground.path("app"));
    const linked = addWorktree(app, ground.path("linked"), "topic");
    const window = await open({ folders: [app] });
    const { notRunning } = await window.host.list();
    assert.deepEqual(notRunning, [
      {
        path: linked,
        branch: "topic",
        repository: "app",
        gitCommonDir: path.join(app, ".git"),
      },
    ]);
    assert.deepEqual(await window.host.start(linked), {
      kind: "done",
      value: linked,
    });
    assert.equal((await window.record(linked)).name, "app@topic");
    const listing = await window.host.list();
    assert.deepEqual(listing.notRunning, []);
    assert.deepEqual(
      listing.instances.map(({ name, liveness, clients }) => [
        name,
        liveness,
        clients.length,
      ]),
      [
        ["app@main", "live", 0],
        ["app@topic", "live", 0],
      ],
    );
    await window.reconcile();
    assert.equal(window.stateOf(linked), "running");
  });

  it("cannot be started for a folder that is gone", async () => {
    const window = await open();
    const gone = ground.path("gone");
    assert.deepEqual(await window.host.start(gone), failed(notAFolder(gone)));
  });

  it("are replaced on the same address by a restart", async () => {
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
    await reaches(window, a, "running");
  });

  it("end up as the last of many concurrent requests says", async () => {
    const window = await open();
    const requests = Array.from({ length: 30 }, (_, index) =>
      window.reconcile({
        folders: index % 2 ? [a] : [a, b],
        settings: { nameTemplate: `name ${index}`, naming: "custom" },
      }),
    );
    await Promise.all([
      ...requests,
      window.host.restart(a),
      window.host.stop(b),
    ]);
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

  it("keep the pins of an earlier host", async () => {
    const window = await open({
      pins: [
        [b, "stopped"],
        [path.join(ground.make("c")), "started"],
      ],
    });
    await reaches(window, a, "running");
    await reaches(window, b, "stopped");
    await reaches(window, ground.path("c"), "running");
    assert.equal(window.view(b)?.pin, "stopped");
  });

  it("start by the settings in a folder that was removed after the user had stopped its instance", async () => {
    const window = await open();
    await window.host.stop(b);
    rmSync(b, { recursive: true });
    await reaches(window, b, "unknown");
    ground.make("b");
    await window.running(b);
    assert.equal(window.view(b)?.pin, null);
  });

  it("start by the settings in a worktree that was removed after the user had started its instance", async () => {
    const app = makeRepository(ground.path("app"));
    const linked = addWorktree(app, ground.path("linked"), "topic");
    const window = await open({
      folders: [app],
      settings: { autoStart: "off" },
    });
    await window.host.start(linked);
    await reaches(window, linked, "running");
    removeWorktree(app, linked);
    await reaches(window, linked, "unknown");
    git(app, "worktree", "add", "--quiet", linked, "topic");
    await window.reconcile({ folders: [app, linked] });
    await reaches(window, linked, "stopped");
    assert.equal(window.view(linked)?.pin, null);
  });

  it("start by the settings where a worktree ended while no host ran", async () => {
    const window = await open({
      folders: [a],
      pins: [[ground.path("late"), "stopped"]],
    });
    const late = ground.make("late");
    await window.reconcile({ folders: [a, late] });
    await reaches(window, late, "running");
  });

  it("stay as the user wants them while git does not answer", async () => {
    const app = makeRepository(ground.path("app"));
    const isBusy = ground.path("is-busy");
    wrapGit(ground, `if [ -e "${isBusy}" ]; then kill -9 $$; fi`);
    const window = await open({ folders: [app] });
    await window.host.stop(app);
    writeFileSync(isBusy, "");
    // Another folder makes the host ask about all of them again.
    await window.reconcile({ folders: [app, a] });
    assert.equal(window.view(app)?.pin, "stopped");
    rmSync(isBusy);
    await window.reconcile({ folders: [app, a, b] });
    await reaches(window, b, "running");
    assert.equal(window.view(app)?.pin, "stopped");
    assert.equal(window.stateOf(app), "stopped");
  });
});
