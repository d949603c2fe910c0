import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { health } from "../../../../src/core/control/controlClient";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { Child } from "../../support/children";
import {
  ageAddresses,
  fingerprint,
  putOthersFiles,
} from "../../support/discoveryFiles";
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

describe("two windows", function () {
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
      instances.map(({ record, liveness }) => [record.pid, liveness]).sort(),
      [
        [process.pid, "live"],
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
    assert.equal(
      (await window.host.stopRemote(theirs.instanceId)).kind,
      "done",
    );
    assert.ok(!existsSync(path.join(ground.locks, `${theirs.port}.lock`)));
    await window.reconcile();
    const { instances } = await window.host.list();
    assert.deepEqual(
      instances.map(({ record }) => record.pid),
      [process.pid],
    );
  });

  it("hand over the port when one is opened after the other on the same workspace", async () => {
    const first = await Window.open(setup(ground, { overlapsAtReload: true }));
    const before = await first.record(app);
    const agent = ground.own(await Agent.connect(before));
    const ended = first.dispose();
    await until(
      "the files are gone",
      () => readdirSync(ground.locks).length === 0,
    );
    // Still served, until the successor asks for the port.
    assert.ok((await agent.request("ping")).result);
    // It has been served all along, whatever the file says.
    ageAddresses(ground, 10);
    const second = ground.own(
      await Window.open(setup(ground, { overlapsAtReload: false })),
    );
    const after = await second.record(app);
    await ended;
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
    assert.notEqual(after.instanceId, before.instanceId);
    assert.equal(await agent.closed(), 1001);
    ground.own(await Agent.connect(before));
    assert.deepEqual(readdirSync(ground.locks), [`${after.port}.lock`]);
  });

  it("hand over the port when only the extension host of the first is left", async () => {
    const first = ground.own(
      await Window.open(setup(ground, { isCutOff: true })),
    );
    const before = await first.record(app);
    const second = ground.own(await Window.open(setup(ground)));
    const after = await second.record(app);
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
    await first.isStopped(app, "user");
    assert.deepEqual(readdirSync(ground.locks), [`${after.port}.lock`]);
  });

  it("do not hand over the port to another workspace with the folder, even if the first does not respond", async () => {
    const first = new Child(
      ground,
      "window",
      setup(ground, { isCutOff: true }),
    );
    const before = await first.run();
    const second = ground.own(
      await Window.open(setup(ground, { workspace: "file:///other" })),
    );
    const after = await second.record(app);
    assert.notEqual(after.port, before.port);
    assert.ok(await health(before));
    await first.kill();
  });

  it("start nothing again while the first has handed over one port and lingers on another", async () => {
    const beside = ground.make("beside");
    const first = await Window.open(
      setup(ground, { folders: [app, beside], overlapsAtReload: true }),
    );
    const { port } = await first.record(app);
    await first.record(beside);
    const lingering = { isOver: false };
    const ended = first.dispose().finally(() => (lingering.isOver = true));
    await until(
      "the files are gone",
      () => readdirSync(ground.locks).length === 0,
    );
    ground.own(await Window.open(setup(ground)));
    // Watches the lock files for as long as the old window lingers.
    const seen = new Set<string>();
    await until("the old window has ended", () => {
      for (const name of readdirSync(ground.locks))
        if (name.endsWith(".lock")) seen.add(name);
      return lingering.isOver;
    });
    await ended;
    assert.deepEqual([...seen], [`${port}.lock`]);
  });

  it("have the same port and token when the second opens after the first has closed", async () => {
    const first = await Window.open(setup(ground));
    const before = await first.record(app);
    await first.dispose();
    assert.deepEqual(fingerprint(ground.locks), []);
    assert.deepEqual(fingerprint(`${ground.home}/instances`), []);
    const second = ground.own(await Window.open(setup(ground)));
    const after = await second.record(app);
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
  });
});

describe("a window that is killed", function () {
  const ground = useGround();

  it("has its files, and nothing else, removed by another window", async () => {
    makeRepository(ground.path("app"));
    await putOthersFiles(ground);
    const before = fingerprint(ground.locks);
    const window = ground.own(
      await Window.open(setup(ground, { folders: [ground.make("plain")] })),
    );
    const own = await window.record();
    const child = new Child(ground, "window", setup(ground));
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
    const child = new Child(ground, "window", setup(ground));
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
