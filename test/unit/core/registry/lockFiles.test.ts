import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { notReplaced } from "../../../../src/core/pathErrors";
import { removeVerified } from "../../../../src/core/registry/removeVerified";
import {
  deadPid,
  filesOf,
  fingerprint,
  lockOf,
  putLock,
  putOthersFiles,
  unseenFor,
} from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";

describe("LockFiles", () => {
  const ground = useGround();
  const others = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((each) => 31_000 + each);
  const make = () => {
    ground.make("claude", "ide");
    return filesOf(ground).lockFiles;
  };

  it("publishes and withdraws a lock file, leaving no other file behind", async () => {
    const lockFiles = make();
    const lock = await lockOf();
    const file = lockFiles.file(20_001);
    await lockFiles.publish(20_001, lock);
    assert.deepEqual(readdirSync(lockFiles.directory), ["20001.lock"]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(await lockFiles.readOurs(), [
      { ...lock, port: 20_001, file },
    ]);
    await lockFiles.withdraw(20_001, lock.instanceId);
    assert.deepEqual(readdirSync(lockFiles.directory), []);
  });

  it("does not withdraw the lock file of another instance or program", async () => {
    const lockFiles = make();
    putLock(ground, 20_001, await lockOf());
    await putOthersFiles(ground);
    const before = fingerprint(ground.locks);
    const id = (await lockOf()).instanceId;
    for (const port of [20_001, 31_001, 31_003, 31_005, 31_006, 40_000])
      await lockFiles.withdraw(port, id);
    assert.deepEqual(fingerprint(ground.locks), before);
  });

  it("knows which ports have somebody else's lock file", async () => {
    const lockFiles = make();
    mkdirSync(path.join(ground.locks, "20004.lock"));
    symlinkSync("/dev/zero", path.join(ground.locks, "20005.lock"));
    putLock(ground, 20_001, await lockOf());
    putLock(ground, 20_003, await lockOf({ pidNamespace: "another" }));
    await putOthersFiles(ground);
    assert.deepEqual([...(await lockFiles.foreignPorts())].sort(), [
      20_003,
      20_004,
      20_005,
      ...others,
    ]);
  });

  it("does not replace another program's file, or one of another machine", async () => {
    const lockFiles = make();
    const files = [
      putLock(ground, 20_001, { pid: 1 }),
      putLock(ground, 20_002, await lockOf({ machine: "another" })),
    ];
    const before = fingerprint(ground.locks);
    for (const [index, file] of files.entries())
      await assert.rejects(lockFiles.publish(20_001 + index, await lockOf()), {
        message: notReplaced(file).message,
      });
    assert.deepEqual(fingerprint(ground.locks), before);
    // Nobody has seen that machine for a while.
    unseenFor(130, ...files);
    await lockFiles.publish(20_002, await lockOf());
  });

  it("stamps an instance's own file, and no other's", async () => {
    const lockFiles = make();
    const lock = await lockOf();
    const files = [
      putLock(ground, 20_001, lock),
      putLock(ground, 20_002, await lockOf()),
    ];
    const ages = () =>
      files.map((file) => Date.now() - statSync(file).mtimeMs > 60_000);
    unseenFor(100, ...files);
    for (const port of [20_001, 20_002])
      await lockFiles.stamp(port, lock.instanceId);
    assert.deepEqual(ages(), [false, true]);
    assert.deepEqual(
      (await lockFiles.readOurs()).find(({ port }) => port === 20_001),
      { ...lock, port: 20_001, file: files[0] },
    );
  });

  it("lists the other editors whose lock files it can read", async () => {
    const lockFiles = make();
    putLock(ground, 20_001, await lockOf());
    await putOthersFiles(ground);
    const others = await lockFiles.readOthers();
    assert.deepEqual(
      others
        .map(({ name, port, isAlive }) => [port, name, isAlive])
        .sort((a, b) => Number(a[0]) - Number(b[0])),
      [
        [31_001, "Neovim", false],
        [31_002, "IntelliJ", true],
        [31_006, "VS Code · app@main", true],
        [31_009, "VS Code · app@main", true],
      ],
    );
    assert.deepEqual(
      (await lockFiles.readOurs()).map(({ port }) => port),
      [20_001],
    );
  });

  it("finds and creates nothing if its directory does not exist", async () => {
    const { lockFiles } = filesOf(ground);
    assert.deepEqual(await lockFiles.readOurs(), []);
    assert.deepEqual(await lockFiles.readOthers(), []);
    assert.deepEqual(await lockFiles.foreignPorts(), new Set());
    await lockFiles.withdraw(1, "x");
    assert.ok(!existsSync(ground.locks));
  });
});

describe("removeVerified", () => {
  const ground = useGround();

  it("puts back a file that turns out to be somebody else's", async () => {
    const file = putLock(ground, 20_001, "another program's");
    const before = fingerprint(ground.locks);
    // As if another program replaced the file between the first check and the second.
    let checks = 0;
    assert.equal(
      await removeVerified(file, () => Promise.resolve(++checks === 1)),
      false,
    );
    assert.equal(checks, 2);
    assert.deepEqual(fingerprint(ground.locks), before);
  });

  it("does not overwrite a newer file when it puts one back", async () => {
    const file = putLock(ground, 20_001, "old");
    let checks = 0;
    await removeVerified(file, () => {
      checks += 1;
      if (checks === 2) writeFileSync(file, "newer");
      return Promise.resolve(checks === 1);
    });
    assert.deepEqual(
      (fingerprint(ground.locks) as unknown[][]).map((entry) => [
        entry[0],
        entry[4],
      ]),
      [["20001.lock", "newer"]],
    );
  });

  it("removes a file only once, however many callers try", async () => {
    const file = putLock(
      ground,
      20_001,
      await lockOf({ idePid: await deadPid() }),
    );
    const removed = await Promise.all(
      Array.from({ length: 20 }, () =>
        removeVerified(file, () => Promise.resolve(true)),
      ),
    );
    assert.equal(removed.filter(Boolean).length, 1);
    assert.deepEqual(readdirSync(ground.locks), []);
  });

  it("leaves a directory of the same name alone", async () => {
    const directory = path.join(ground.make("claude", "ide"), "1.lock");
    mkdirSync(directory);
    await filesOf(ground).lockFiles.withdraw(1, "x");
    assert.ok(existsSync(directory));
  });
});
