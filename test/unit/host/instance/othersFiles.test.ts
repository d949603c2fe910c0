// Files of other users, other machines and other containers, among those that an instance reads.
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { LockFile } from "../../../../src/core/registry/formats";
import { until } from "../../../harness/until";
import { Child } from "../../support/children";
import {
  deadPid,
  filesOf,
  lockOf,
  locationsOf,
  putLock,
  putRecord,
  recordOf,
  unseenFor,
} from "../../support/discoveryFiles";
import { needsRoot, useGround } from "../../support/ground";
import { Window } from "../../support/window";

const NOBODY = 65_534;

describe("an instance among others' files", function () {
  const ground = useGround();
  const setup = () => ({
    home: ground.home,
    lockDirectory: ground.locks,
    folders: [ground.make("plain")],
  });
  const open = async () => ground.own(await Window.open(setup()));
  const keptPort = async () => {
    const window = await open();
    const { port } = await window.record();
    await window.dispose();
    return port;
  };
  const lockNames = () => readdirSync(ground.locks);

  it("is neither held up nor moved by what another user puts into the temporary directory", async function () {
    needsRoot(this);
    const port = await keptPort();
    const { geminiDirectory } = locationsOf(ground);
    rmSync(path.dirname(geminiDirectory), { recursive: true });
    mkdirSync(geminiDirectory, { recursive: true });
    const dead = await lockOf({ idePid: await deadPid() });
    const name = (each: number) => `gemini-ide-server-1-${each}.json`;
    for (let each = 10_000; each < 20_000; each += 1)
      writeFileSync(path.join(geminiDirectory, name(each)), "{}");
    const flipping = path.join(geminiDirectory, name(port));
    const mark = path.join(geminiDirectory, name(20_001));
    writeFileSync(mark, JSON.stringify(dead));
    symlinkSync("/dev/zero", path.join(geminiDirectory, name(20_002)));
    rmSync(flipping);
    for (const directory of [path.dirname(geminiDirectory), geminiDirectory])
      chownSync(directory, NOBODY, NOBODY);
    // Its own parents, which the other user has to pass.
    for (const directory of [ground.directory, ground.path("home-tmp")])
      chmodSync(directory, 0o711);
    const other = new Child(ground, "flipAsNobody", flipping);
    await other.ready();
    other.go();
    await until("the file changes", () => existsSync(`${flipping}.pipe`));
    const window = await open();
    assert.equal((await window.record()).port, port);
    await window.host.list();
    assert.ok(existsSync(mark));
    assert.ok(window.hasLogged("warn", /belongs to another user/));
    assert.ok(readdirSync(geminiDirectory).length > 10_000);
  });

  it("does not believe a lock directory that others can write to", async () => {
    const port = await keptPort();
    const lock = putLock(
      ground,
      port,
      await lockOf({ idePid: await deadPid() }),
    );
    chmodSync(ground.locks, 0o777);
    const window = await open();
    assert.equal((await window.record()).port, port);
    assert.deepEqual((await window.host.list()).otherEditors, []);
    assert.ok(existsSync(lock));
  });

  it("leaves the files and the port of another machine that shares the home", async () => {
    const port = await keptPort();
    const theirs = await recordOf({
      port,
      pid: await deadPid(),
      worktree: ground.path("plain"),
      machine: "another",
      createdAt: 1,
    });
    const { instanceId, machine, worktree, token } = theirs;
    const files = [
      putRecord(ground, theirs),
      putLock(
        ground,
        port,
        await lockOf({
          ...{ instanceId, machine, idePid: theirs.pid },
          ...{ worktreePath: worktree, authToken: token },
        }),
      ),
    ];
    unseenFor(3_600, ...files);
    // What it stamps every three seconds.
    await filesOf(ground).addresses.keep(worktree, {
      ...theirs,
      formerTokens: [],
    });
    const before = files.map((file) => readFileSync(file, "utf8"));
    const window = await open();
    assert.notEqual((await window.record()).port, port);
    const { instances } = await window.host.list();
    assert.deepEqual(
      instances
        .filter((each) => each.instanceId === instanceId)
        .map(({ liveness }) => liveness),
      ["foreign"],
    );
    await window.dispose();
    assert.deepEqual(
      files.map((file) => readFileSync(file, "utf8")),
      before,
    );
  });

  it("keeps its port, and leaves nothing of before, when its container is remade", async () => {
    const child = new Child(ground, "window", setup(), { canSpawn: false });
    const before = await child.run();
    await child.kill();
    const lockFile = path.join(ground.locks, `${before.port}.lock`);
    const lock = JSON.parse(readFileSync(lockFile, "utf8")) as LockFile;
    const machine = "the container before";
    putRecord(ground, { ...before, machine });
    putLock(ground, before.port, { ...lock, machine });
    const { records, addresses } = filesOf(ground);
    unseenFor(
      130,
      ...[lockFile, records.file(before.instanceId)],
      addresses.file(before.worktree, before.port),
    );
    const window = await open();
    const after = await window.record();
    assert.equal(after.port, before.port);
    await until(
      "only its own record is left",
      () => readdirSync(records.directory).length === 1,
    );
    assert.deepEqual(lockNames(), [`${after.port}.lock`]);
    const { instances } = await window.host.list();
    assert.deepEqual(
      instances.map((each) => each.instanceId),
      [after.instanceId],
    );
  });
});
