import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import {
  LockFiles,
  removeVerified,
} from "../../../../src/core/registry/lockFiles";
import {
  deadPid,
  fingerprint,
  lockOf,
  putLock,
  putOthersFiles,
} from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";

describe("LockFiles", () => {
  const ground = useGround();
  const make = () => new LockFiles(ground.make("claude", "ide"));

  it("publishes and withdraws a lock file, leaving no other file behind", async () => {
    const lockFiles = make();
    const lock = lockOf();
    await lockFiles.publish(20_001, lock);
    assert.deepEqual(readdirSync(lockFiles.directory), ["20001.lock"]);
    assert.equal(statSync(lockFiles.file(20_001)).mode & 0o777, 0o600);
    assert.deepEqual(await lockFiles.readOurs(), [{ ...lock, port: 20_001 }]);
    await lockFiles.withdraw(20_001, lock.instanceId);
    assert.deepEqual(readdirSync(lockFiles.directory), []);
  });

  it("does not withdraw the lock file of another instance or program", async () => {
    const lockFiles = make();
    putLock(ground, 20_001, lockOf());
    await putOthersFiles(ground);
    const before = fingerprint(ground.locks);
    const id = lockOf().instanceId;
    for (const port of [20_001, 31_001, 31_003, 31_005, 31_006, 40_000])
      await lockFiles.withdraw(port, id);
    assert.deepEqual(fingerprint(ground.locks), before);
  });

  it("knows which ports have somebody else's lock file", async () => {
    const lockFiles = make();
    putLock(ground, 20_001, lockOf());
    putLock(ground, 20_003, lockOf({ pidNamespace: "another" }));
    await putOthersFiles(ground);
    for (const port of [20_003, 31_001, 31_003, 31_004, 31_005, 31_006, 31_009])
      assert.ok(await lockFiles.isForeign(port), String(port));
    for (const port of [20_001, 20_002])
      assert.ok(!(await lockFiles.isForeign(port)), String(port));
  });

  it("lists the other editors whose lock files it can read", async () => {
    const lockFiles = make();
    putLock(ground, 20_001, lockOf());
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
    const lockFiles = new LockFiles(ground.path("missing"));
    assert.deepEqual(await lockFiles.readOurs(), []);
    assert.deepEqual(await lockFiles.readOthers(), []);
    await lockFiles.withdraw(1, "x");
    assert.ok(!existsSync(ground.path("missing")));
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
    const file = putLock(ground, 20_001, lockOf({ idePid: await deadPid() }));
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
    const lockFiles = new LockFiles(ground.locks);
    await lockFiles.withdraw(1, "x");
    assert.ok(existsSync(directory));
    assert.ok(await lockFiles.isForeign(1));
  });
});
