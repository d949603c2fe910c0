import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { listInstances } from "../../../../src/core/control/instanceList";
import { Records } from "../../../../src/core/registry/records";
import {
  deadPid,
  filesOf,
  fingerprint,
  putRecord,
  recordOf,
  unseenFor,
} from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";

describe("Records", () => {
  const ground = useGround();
  const make = () => new Records(ground.make("home", "instances"));

  it("reads back what it published, from a file that only the user can read", async () => {
    const records = make();
    const record = await recordOf({ name: "app@\n$(x) 🚢" });
    await records.publish(record);
    assert.deepEqual(await records.read(record.instanceId), record);
    assert.deepEqual(await records.readAll(), [record]);
    const { mode } = statSync(records.file(record.instanceId));
    assert.equal(mode & 0o777, 0o600);
    await records.withdraw(record.instanceId);
    await records.withdraw(record.instanceId);
    assert.deepEqual(await records.readAll(), []);
  });

  it("has no records if its directory does not exist", async () => {
    assert.deepEqual(await new Records(ground.path("missing")).readAll(), []);
  });

  const faults: [string, (text: string) => string][] = [
    ["truncated", (text) => text.slice(0, -20)],
    ["empty", () => ""],
    ["huge", (text) => text + " ".repeat(1024 * 1024)],
    ["not JSON", () => "pid=1"],
    [
      "from a newer version",
      (text) => text.replace('"version":2', '"version":3'),
    ],
    ["without a token", (text) => text.replace('"token"', '"tokem"')],
    ["with an impossible port", (text) => text.replace("20001", "70000")],
    ["with an impossible pid", (text) => text.replace(/"pid":\d+/, '"pid":-1')],
    ["null", () => "null"],
    ["binary", () => "\0\u0001ÿ"],
  ];
  for (const [what, corrupt] of faults)
    it(`ignores a record that is ${what}, and leaves it in place`, async () => {
      const records = make();
      const good = await recordOf();
      await records.publish(good);
      const bad = await recordOf();
      putRecord(ground, corrupt(JSON.stringify(bad)), bad.instanceId);
      const before = fingerprint(records.directory);
      assert.deepEqual(await records.readAll(), [good]);
      assert.equal(await records.read(bad.instanceId), undefined);
      assert.deepEqual(fingerprint(records.directory), before);
    });

  it("reads the record of an older window, whose machine is unknown", async () => {
    const { socket, windows, diffs, machine, ...shared } = await recordOf();
    assert.deepEqual([socket, windows, diffs], [null, [], 0]);
    assert.ok(machine);
    const window = { app: "Code", remoteName: null, workspace: "file:///x" };
    const older = { ...shared, version: 1, owner: "vscode", backends: [] };
    const records = make();
    putRecord(ground, { ...older, window });
    assert.deepEqual(await records.read(shared.instanceId), {
      ...{ ...shared, socket, diffs },
      windows: [{ ...window, pid: process.pid, lead: true }],
    });
  });

  it("reads nothing where others can write", async () => {
    const records = make();
    const record = await recordOf();
    await records.publish(record);
    for (const directory of [records.directory, ground.home]) {
      chmodSync(directory, 0o777);
      assert.deepEqual(await records.readAll(), [], directory);
      assert.equal(await records.read(record.instanceId), undefined);
      chmodSync(directory, 0o755);
    }
    assert.deepEqual(await records.readAll(), [record]);
  });

  it("removes only the very record that was judged", async () => {
    const records = make();
    const record = await recordOf();
    await records.publish({ ...record, token: "newer" });
    assert.equal(await records.remove(record), false);
    assert.equal((await records.read(record.instanceId))?.token, "newer");
    assert.equal(await records.remove({ ...record, token: "newer" }), true);
    assert.deepEqual(readdirSync(records.directory), []);
  });

  it("ignores a copy of a record under another name", async () => {
    const records = make();
    const record = await recordOf();
    putRecord(ground, record, "copy");
    assert.deepEqual(await records.readAll(), []);
  });

  it("does not follow an id that leads out of its directory", async () => {
    const record = await recordOf({ instanceId: "../../outside" });
    putRecord(ground, record, "../../outside");
    assert.ok(readFileSync(ground.path("outside.json")).length > 0);
    assert.equal(await make().read("../../outside"), undefined);
  });
});

describe("listInstances", () => {
  const ground = useGround();

  it("reports the liveness of every recorded process, oldest first", async () => {
    const { records, liveness } = filesOf(ground);
    ground.make("home", "instances");
    const pid = await deadPid();
    const now = Date.now();
    const unresponsive = await recordOf({ port: 1, createdAt: now });
    const stale = await recordOf({ pid, createdAt: now - 1_000 });
    const foreign = await recordOf({ pidNamespace: "pid:[1]", createdAt: 1 });
    const lost = await recordOf({ machine: "another", createdAt: now + 1 });
    for (const record of [unresponsive, stale, foreign, lost])
      await records.publish(record);
    unseenFor(130, records.file(lost.instanceId));
    assert.deepEqual(
      (await listInstances(records, liveness)).map(
        ({ record, liveness, health }) => [record.instanceId, liveness, health],
      ),
      [
        [foreign.instanceId, "foreign", null],
        [stale.instanceId, "stale", null],
        [unresponsive.instanceId, "unresponsive", null],
        [lost.instanceId, "stale", null],
      ],
    );
  });
});
