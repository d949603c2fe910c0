import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import type { InstanceRecord } from "../../../../src/core/registry/formats";
import { ProcessLiveness } from "../../../../src/core/registry/liveness";
import { LockFiles } from "../../../../src/core/registry/lockFiles";
import { bootTime } from "../../../../src/core/system/processIdentity";
import { Records } from "../../../../src/core/registry/records";
import { sweep } from "../../../../src/core/registry/sweep";
import { Child } from "../../support/children";
import {
  deadPid,
  fingerprint,
  lockOf,
  putLock,
  putOthersFiles,
  putRecord,
  recordOf,
} from "../../support/discoveryFiles";
import { type Ground, useGround } from "../../support/ground";

/** Writes the record and the lock file of one instance. */
function putInstance(ground: Ground, record: InstanceRecord): string[] {
  const { instanceId, port, pid: idePid, createdAt } = record;
  const { pidNamespace } = record;
  return [
    putRecord(ground, record),
    putLock(ground, port, {
      ...lockOf({ instanceId, idePid, createdAt }),
      pidNamespace,
    }),
  ];
}

describe("sweep", function () {
  const ground = useGround();
  const lines: string[] = [];
  const note = (line: string) => lines.push(line);
  const run = (isLeftOver?: (record: InstanceRecord) => boolean) =>
    sweep(
      new Records(`${ground.home}/instances`),
      [new LockFiles(ground.locks)],
      new ProcessLiveness(),
      { debug: note, info: note, warn: note, error: note },
      isLeftOver,
    );
  const exist = (files: string[]) => files.map((file) => existsSync(file));
  beforeEach(() => {
    lines.length = 0;
  });

  it("removes the record and lock file of a process that is gone, and logs it", async () => {
    const record = await recordOf({ pid: await deadPid() });
    const files = putInstance(ground, record);
    await run();
    assert.deepEqual(exist(files), [false, false]);
    assert.deepEqual(lines, [
      `Removed ${files[1]}, left behind by process ${record.pid}`,
      `Removed ${files[0]}, whose process is gone`,
    ]);
    assert.ok(!lines.join().includes(record.token));
  });

  it("never removes the files of a running process", async () => {
    const files = putInstance(ground, await recordOf({ port: 1 }));
    await run();
    assert.deepEqual(exist(files), [true, true]);
  });

  it("removes files whose pid now belongs to another process", async () => {
    const { processStart } = await recordOf();
    const files = putInstance(
      ground,
      await recordOf({ processStart: processStart.replace(/:\d+$/, ":1") }),
    );
    await run();
    assert.deepEqual(exist(files), [false, false]);
  });

  it("never removes files from another pid namespace", async () => {
    const pid = await deadPid();
    const files = putInstance(
      ground,
      await recordOf({ pid, pidNamespace: "pid:[1]" }),
    );
    await run();
    assert.deepEqual(exist(files), [true, true]);
  });

  it("removes files from an earlier boot, but never those of another machine", async () => {
    const boot = bootTime() ?? 0;
    const pid = await deadPid();
    const processStart = "00000000-0000-4000-8000-000000000000:5";
    const [earlier, other] = await Promise.all(
      [boot - 60_000, boot + 60_000].map((createdAt, index) =>
        recordOf({ pid, processStart, createdAt, port: 20_001 + index }),
      ),
    );
    assert.ok(earlier && other);
    const gone = putInstance(ground, earlier);
    const kept = putInstance(ground, other);
    await run();
    assert.deepEqual(
      [exist(gone), exist(kept)],
      [
        [false, false],
        [true, true],
      ],
    );
  });

  it("removes a lock file without a record when its process is gone", async () => {
    const stale = putLock(ground, 20_001, lockOf({ idePid: await deadPid() }));
    const live = putLock(ground, 20_002, lockOf());
    await run();
    assert.deepEqual(exist([stale, live]), [false, true]);
  });

  it("removes a record without a lock file when its process is gone", async () => {
    const file = putRecord(ground, await recordOf({ pid: await deadPid() }));
    await run();
    assert.ok(!existsSync(file));
  });

  it("removes the files of records that its caller knows to be stale", async () => {
    const mine = putInstance(ground, await recordOf({ name: "mine" }));
    const other = putInstance(ground, await recordOf({ port: 20_002 }));
    await run(({ name }) => name === "mine");
    assert.deepEqual(
      [exist(mine), exist(other)],
      [
        [false, false],
        [true, true],
      ],
    );
  });

  it("leaves unreadable records alone", async () => {
    const record = await recordOf({ pid: await deadPid() });
    putRecord(ground, { ...record, version: 2 });
    putRecord(ground, "{", "torn");
    putRecord(ground, " ".repeat(100_000), "huge");
    const before = fingerprint(`${ground.home}/instances`);
    await run();
    assert.deepEqual(fingerprint(`${ground.home}/instances`), before);
  });

  it("never changes another program's files, even when five processes sweep at once", async () => {
    await putOthersFiles(ground);
    const others = () =>
      fingerprint(ground.locks, (name) => !/^200\d\d\.lock$/.test(name));
    const before = others();
    const pid = await deadPid();
    const kept: string[] = [];
    const stale: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      const port = 20_000 + index;
      if (index % 3 === 0)
        kept.push(...putInstance(ground, await recordOf({ port })));
      else stale.push(...putInstance(ground, await recordOf({ pid, port })));
    }
    const children = [1, 2, 3, 4, 5].map(
      () => new Child(ground, "sweep", ground.home, ground.locks),
    );
    for (const child of children) await child.ready();
    for (const child of children) child.go();
    await Promise.all(children.map((child) => child.answer()));
    assert.ok(exist(kept).every((exists) => exists));
    assert.ok(exist(stale).every((exists) => !exists));
    assert.deepEqual(others(), before);
    assert.equal(readdirSync(`${ground.home}/instances`).length, 20);
  });
});
