import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { Child } from "../../support/children";
import { fingerprint, putOthersFiles } from "../../support/discoveryFiles";
import { type Ground, useGround } from "../../support/ground";
import { makeRepository } from "../../support/repositories";
import { Window, type WindowSetup } from "../../support/window";

function setup(ground: Ground, change: Partial<WindowSetup> = {}): WindowSetup {
  return {
    home: ground.home,
    lockDirectory: ground.locks,
    folders: [ground.path("app")],
    ...change,
  };
}

describe("two hosts, as where a window can start no other process", function () {
  const ground = useGround();
  let app: string;
  beforeEach(() => {
    app = makeRepository(ground.path("app"));
  });
  const openOther = async (change: Partial<WindowSetup> = {}) => {
    const other = new Child(
      ground,
      "window",
      setup(ground, { workspace: "file:///other", ...change }),
      { canSpawn: false },
    );
    return { other, record: await other.run() };
  };

  it("on one worktree have two ports, two records and two names", async () => {
    const { record: theirs } = await openOther();
    const window = ground.own(await Window.open(setup(ground)));
    const ours = await until("our name is distinct", async () => {
      const record = await window.record(app);
      return record.name !== theirs.name && record;
    });
    assert.notEqual(ours.port, theirs.port);
    assert.notEqual(ours.instanceId, theirs.instanceId);
    assert.notEqual(ours.token, theirs.token);
    assert.equal(theirs.name, "app@main");
    assert.equal(ours.name, `app@main (:${ours.port})`);
    assert.deepEqual(
      readdirSync(ground.locks).sort(),
      [`${ours.port}.lock`, `${theirs.port}.lock`].sort(),
    );
    const { instances } = await window.host.list();
    assert.deepEqual(
      instances.map(({ pid, liveness }) => [pid, liveness]).sort(),
      [
        [ours.pid, "live"],
        [theirs.pid, "live"],
      ].sort(),
    );
  });

  it("do not accept each other's tokens", async () => {
    const { record: theirs } = await openOther();
    const window = ground.own(await Window.open(setup(ground)));
    const ours = await window.record(app);
    await assert.rejects(Agent.open({ ...ours, token: theirs.token }), /401/);
    await assert.rejects(Agent.open({ ...theirs, token: ours.token }), /401/);
    ground.own(await Agent.connect(ours));
    ground.own(await Agent.connect(theirs));
  });

  it("go back to the short name when the other has closed", async () => {
    const { other } = await openOther();
    const window = ground.own(await Window.open(setup(ground)));
    await until(
      "our name is distinct",
      () => window.views[0]?.name !== "app@main",
    );
    await other.close();
    await until(
      "our name is short again",
      async () => (await window.record(app)).name === "app@main",
    );
    // It may just be rewritten, through a temporary file beside it.
    await until(
      "ours is the only lock file",
      () => readdirSync(ground.locks).length === 1,
    );
  });

  it("can stop each other's instance, which then stays stopped", async () => {
    const { record: theirs } = await openOther();
    const window = ground.own(await Window.open(setup(ground)));
    const ours = await window.record(app);
    assert.equal(
      (await window.host.stopRemote(theirs.instanceId)).kind,
      "done",
    );
    assert.ok(!existsSync(path.join(ground.locks, `${theirs.port}.lock`)));
    await window.reconcile();
    const { instances } = await window.host.list();
    assert.deepEqual(
      instances.map(({ pid }) => pid),
      [ours.pid],
    );
  });
});

describe("a host that is killed", function () {
  const ground = useGround();

  it("has its files, and nothing else, removed by another window", async () => {
    makeRepository(ground.path("app"));
    await putOthersFiles(ground);
    const before = fingerprint(ground.locks);
    const window = ground.own(
      await Window.open(setup(ground, { folders: [ground.make("plain")] })),
    );
    const own = await window.record();
    const child = new Child(ground, "window", setup(ground), {
      canSpawn: false,
    });
    const record = await child.run();
    const files = [
      path.join(ground.locks, `${record.port}.lock`),
      path.join(ground.home, "instances", `${record.instanceId}.json`),
    ];
    await until(
      "the other is listed",
      async () => (await window.host.list()).instances.length === 2,
    );
    assert.ok(files.every((file) => existsSync(file)));
    await child.kill();
    await until(
      "its files are gone",
      () => files.every((file) => !existsSync(file)),
      20_000,
    );
    assert.deepEqual(
      fingerprint(ground.locks, (name) => name !== `${own.port}.lock`),
      before,
    );
    assert.deepEqual((await window.record()).instanceId, own.instanceId);
  });

  it("has its files removed by its successor, which takes over its port and token", async () => {
    makeRepository(ground.path("app"));
    const child = new Child(ground, "window", setup(ground), {
      canSpawn: false,
    });
    const before = await child.run();
    await child.kill();
    const window = ground.own(await Window.open(setup(ground)));
    const after = await window.record(ground.path("app"));
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
    await until("only the successor's files are left", () => {
      const locks = readdirSync(ground.locks);
      const records = readdirSync(`${ground.home}/instances`);
      return (
        String(locks) === `${after.port}.lock` &&
        String(records) === `${after.instanceId}.json`
      );
    });
  });
});
