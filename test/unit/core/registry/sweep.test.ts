import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { InstanceRecord } from "../../../../src/core/registry/formats";
import { sweep } from "../../../../src/core/registry/sweep";
import { Child } from "../../support/children";
import {
  deadPid,
  filesOf,
  fingerprint,
  locationsOf,
  lockOf,
  putLock,
  putOthersFiles,
  putRecord,
  recordOf,
  thisPlace,
  unseenFor,
} from "../../support/discoveryFiles";
import { type Ground, useGround } from "../../support/ground";

/** Writes the record and the lock file of one instance. */
async function putInstance(
  ground: Ground,
  record: InstanceRecord,
): Promise<string[]> {
  const { instanceId, port, pid: idePid, worktree, token, ...mark } = record;
  const { processStart, pidNamespace, machine, createdAt } = mark;
  return [
    putRecord(ground, record),
    putLock(ground, port, {
      ...(await lockOf({ instanceId, idePid, worktreePath: worktree })),
      ...{ authToken: token, processStart, pidNamespace, machine, createdAt },
    }),
  ];
}

describe("sweep", function () {
  const ground = useGround();
  const lines: string[] = [];
  const note = (line: string) => lines.push(line);
  const run = (isLeftOver?: (record: InstanceRecord) => boolean) =>
    sweep(
      filesOf(ground),
      { debug: note, info: note, warn: note, error: note },
      isLeftOver,
    );
  const exist = (files: string[]) => files.map((file) => existsSync(file));
  beforeEach(() => {
    lines.length = 0;
  });

  it("removes the record and lock file of a process that is gone, and logs it", async () => {
    const record = await recordOf({ pid: await deadPid() });
    const files = await putInstance(ground, record);
    await run();
    assert.deepEqual(exist(files), [false, false]);
    assert.deepEqual(lines, [
      `Removed ${files[1]}, left behind by process ${record.pid}`,
      `Removed ${files[0]}, whose process is gone`,
    ]);
    assert.ok(!lines.join().includes(record.token));
  });

  it("never removes the files of a running process", async () => {
    const files = await putInstance(ground, await recordOf({ port: 1 }));
    await run();
    assert.deepEqual(exist(files), [true, true]);
  });

  it("removes files whose pid now belongs to another process", async () => {
    const { processStart } = await recordOf();
    const files = await putInstance(
      ground,
      await recordOf({ processStart: processStart.replace(/:\d+$/, ":1") }),
    );
    await run();
    assert.deepEqual(exist(files), [false, false]);
  });

  it("never removes files from another pid namespace", async () => {
    const pid = await deadPid();
    const files = await putInstance(
      ground,
      await recordOf({ pid, pidNamespace: "pid:[1]" }),
    );
    await run();
    assert.deepEqual(exist(files), [true, true]);
  });

  it("never removes files of another machine that has been seen within two minutes", async () => {
    const record = await recordOf({ pid: await deadPid(), machine: "another" });
    const files = await putInstance(ground, record);
    const { addresses } = filesOf(ground);
    ground.make("home", "addresses");
    await addresses.keep(record.worktree, { ...record, formerTokens: [] });
    // Written long ago, and served ever since.
    unseenFor(3_600, ...files);
    await run();
    assert.deepEqual(exist(files), [true, true]);
    unseenFor(130, addresses.file(record.worktree, record.port));
    await run();
    assert.deepEqual(exist(files), [false, false]);
  });

  it("removes files of another machine whose port another instance of the worktree has since", async () => {
    const record = await recordOf({ machine: "another" });
    const files = await putInstance(ground, record);
    unseenFor(130, ...files);
    ground.make("home", "addresses");
    await filesOf(ground).addresses.keep(record.worktree, {
      port: record.port,
      token: "fresh",
      controlToken: "fresh",
      formerTokens: [],
    });
    await run();
    assert.deepEqual(exist(files), [false, false]);
  });

  it("removes lock files without a record by their own age, if nothing else can be known", async () => {
    const machine = "another";
    const files = [
      putLock(ground, 20_001, await lockOf({ machine })),
      putLock(ground, 20_002, await lockOf({ machine })),
    ];
    unseenFor(100, files[0] ?? "");
    unseenFor(130, files[1] ?? "");
    await run();
    assert.deepEqual(exist(files), [true, false]);
  });

  it("removes unfinished files that are older than a minute, but no other program's", async () => {
    const hex = "0123456789ab";
    const { geminiDirectory } = locationsOf(ground);
    mkdirSync(geminiDirectory, { recursive: true });
    const put = (directory: string, name: string, content: unknown = "{") => {
      const file = path.join(directory, name);
      writeFileSync(file, JSON.stringify(content));
      return file;
    };
    const records = ground.make("home", "instances");
    const locks = ground.make("claude", "ide");
    const ours = [
      put(records, `.x.json.${hex}.tmp`),
      put(records, `.x.json.${hex}.aside`),
      put(ground.make("home", "addresses"), `.y-1.json.${hex}.tmp`),
      put(locks, `.20001.lock.${hex}.tmp`),
      put(locks, `.20001.lock.12345-1763712000000.aside`, await lockOf()),
      put(locks, `.berth-clock.${hex}.tmp`),
      put(geminiDirectory, `.gemini-ide-server-1-20001.json.${hex}.tmp`),
    ];
    const others = [
      put(locks, `.notes.txt.${hex}.tmp`),
      put(locks, `20001.lock.${hex}.tmp`),
      put(locks, `.20002.lock.${hex}.aside`, { pid: 1 }),
      put(geminiDirectory, `.20001.lock.${hex}.tmp`),
    ];
    await run();
    assert.ok(exist([...ours, ...others]).every((exists) => exists));
    unseenFor(61, ...ours, ...others);
    await run();
    assert.ok(exist(ours).every((exists) => !exists));
    assert.ok(exist(others).every((exists) => exists));
    assert.ok(lines.includes(`Removed ${ours[0]}, which was never finished`));
  });

  it("reads and removes nothing in a directory that others may have filled", async () => {
    const elsewhere = ground.make("elsewhere");
    ground.make("claude");
    symlinkSync(elsewhere, ground.locks);
    const lock = putLock(
      ground,
      20_001,
      await lockOf({ idePid: await deadPid() }),
    );
    await run();
    assert.ok(existsSync(lock));
    assert.deepEqual(await filesOf(ground).lockFiles.readOurs(), []);
  });

  it("removes a lock file without a record when its process is gone", async () => {
    const stale = putLock(
      ground,
      20_001,
      await lockOf({ idePid: await deadPid() }),
    );
    const live = putLock(ground, 20_002, await lockOf());
    await run();
    assert.deepEqual(exist([stale, live]), [false, true]);
  });

  it("removes a record without a lock file when its process is gone", async () => {
    const file = putRecord(ground, await recordOf({ pid: await deadPid() }));
    await run();
    assert.ok(!existsSync(file));
  });

  it("removes the files of records that its caller knows to be stale", async () => {
    const mine = await putInstance(ground, await recordOf({ name: "mine" }));
    const other = await putInstance(ground, await recordOf({ port: 20_002 }));
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
    putRecord(ground, { ...record, version: 3 });
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
        kept.push(...(await putInstance(ground, await recordOf({ port }))));
      else
        stale.push(
          ...(await putInstance(ground, await recordOf({ pid, port }))),
        );
    }
    const children = [1, 2, 3, 4, 5].map(
      () => new Child(ground, "sweep", locationsOf(ground), thisPlace),
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
