import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  openSync,
  closeSync,
  fstatSync,
  readdirSync,
  readFileSync,
  linkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import fc from "fast-check";
import {
  flush,
  readJson,
  writeJson,
} from "../../../../src/core/system/atomicFile";
import { Child } from "../../support/children";
import { needsRoot, useGround } from "../../support/ground";
import { systemError } from "../../support/systemError";

describe("writeJson", function () {
  const ground = useGround();

  it("never lets a reader see a partial file, or one that others may read", async () => {
    const file = ground.path("record.json");
    await writeJson(file, { count: -1, padding: "" });
    const child = new Child(ground, "write", file, 400);
    await child.ready();
    const writing = { isOver: false };
    child.go();
    const written = child.answer().finally(() => (writing.isOver = true));
    const seen = new Set<number>();
    while (!writing.isOver) {
      const descriptor = openSync(file, "r");
      assert.equal(fstatSync(descriptor).mode & 0o777, 0o600);
      const text = readFileSync(descriptor, "utf8");
      closeSync(descriptor);
      seen.add((JSON.parse(text) as { count: number }).count);
      // Every file in the directory, temporary ones included, is closed to others at all times.
      for (const name of readdirSync(ground.directory)) {
        const info = statSync(ground.path(name), { throwIfNoEntry: false });
        assert.equal((info?.mode ?? 0) & 0o077, 0, name);
      }
      await new Promise(setImmediate);
    }
    assert.equal(await written, 400);
    assert.ok(seen.size > 10, `saw only ${seen.size} different versions`);
    assert.deepEqual(readdirSync(ground.directory), ["record.json"]);
  });

  it("sets the same mode whatever the umask", async () => {
    const before = process.umask(0);
    ground.defer(() => process.umask(before));
    await writeJson(ground.path("a.json"), 1);
    assert.equal(statSync(ground.path("a.json")).mode & 0o777, 0o600);
  });

  it("replaces a symbolic link instead of writing through it", async () => {
    writeFileSync(ground.path("target"), "untouched");
    symlinkSync(ground.path("target"), ground.path("a.json"));
    await writeJson(ground.path("a.json"), 1);
    assert.equal(readFileSync(ground.path("target"), "utf8"), "untouched");
    assert.equal(readFileSync(ground.path("a.json"), "utf8"), "1");
  });

  it("leaves the old file and nothing else when the disk is full", async function () {
    needsRoot(this);
    const disk = ground.path("disk");
    ground.mount(disk, "size=64k,mode=0700");
    await writeJson(`${disk}/a.json`, "old");
    assert.throws(
      () => {
        writeFileSync(`${disk}/filler`, Buffer.alloc(128 * 1024));
      },
      { code: "ENOSPC" },
    );
    await assert.rejects(writeJson(`${disk}/a.json`, "new"), {
      code: "ENOSPC",
    });
    assert.equal(readFileSync(`${disk}/a.json`, "utf8"), '"old"');
    assert.deepEqual(readdirSync(disk).sort(), ["a.json", "filler"]);
  });

  it("leaves nothing behind if a directory has the name", async () => {
    ground.make("a.json");
    await assert.rejects(writeJson(ground.path("a.json"), 1), {
      code: "EISDIR",
    });
    assert.deepEqual(readdirSync(ground.directory), ["a.json"]);
  });
});

describe("flush", () => {
  const refusing = (code: string) => ({
    sync: () => Promise.reject(systemError(code)),
  });

  it("does without fsync where a synced folder refuses it", async () => {
    for (const code of ["EINVAL", "ENOTSUP", "EPERM"])
      await flush(refusing(code));
  });

  it("fails if the disk does", async () => {
    for (const code of ["EIO", "ENOSPC", "EDQUOT"])
      await assert.rejects(flush(refusing(code)), { code });
  });
});

describe("readJson", () => {
  const ground = useGround();

  it("never waits, even if a file becomes a named pipe or a link to a device while it is read", async () => {
    const names = ["file", "pipe", "device"].map((name) => ground.path(name));
    writeFileSync(names[0] ?? "", '"x"');
    execFileSync("mkfifo", [names[1] ?? ""]);
    symlinkSync("/dev/zero", names[2] ?? "");
    assert.equal(await new Child(ground, "read", names[1] ?? "", 10).run(), 0);
    const child = new Child(ground, "read", ground.path("a.json"), 20_000);
    await child.ready();
    child.go();
    const reading = { isOver: false };
    const answer = child.answer().finally(() => (reading.isOver = true));
    for (let turn = 0; !reading.isOver; turn += 1) {
      const name = names[turn % names.length] ?? "";
      rmSync(ground.path("a.json"), { force: true });
      if (name.endsWith("device"))
        symlinkSync("/dev/zero", ground.path("a.json"));
      else linkSync(name, ground.path("a.json"));
      if (turn % 50 === 0) await new Promise(setImmediate);
    }
    const count = await answer;
    assert.ok(count > 0 && count < 20_000, String(count));
  });

  it("follows no link, and reads as much as it is allowed to", async () => {
    writeFileSync(ground.path("a.json"), JSON.stringify("x".repeat(70_000)));
    symlinkSync(ground.path("a.json"), ground.path("link"));
    assert.ok(await readJson(ground.path("a.json"), 100_000));
    assert.equal(await readJson(ground.path("link"), 100_000), undefined);
    assert.equal(await readJson(ground.path("a.json")), undefined);
  });

  it("reads back what was written", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ noUnicodeString: false }),
        async (value) => {
          await writeJson(ground.path("a.json"), value);
          assert.deepEqual(
            await readJson(ground.path("a.json")),
            JSON.parse(JSON.stringify(value)),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it("returns undefined for what is missing, truncated, huge or not a file", async () => {
    writeFileSync(ground.path("truncated"), '{"version":1,"insta');
    writeFileSync(ground.path("empty"), "");
    writeFileSync(ground.path("huge"), JSON.stringify("x".repeat(70_000)));
    mkdirSync(ground.path("directory"));
    execFileSync("mkfifo", [ground.path("pipe")]);
    symlinkSync(ground.path("loop"), ground.path("loop"));
    for (const name of [
      "missing",
      "truncated",
      "empty",
      "huge",
      "directory",
      "pipe",
      "loop",
    ])
      assert.equal(await readJson(ground.path(name)), undefined, name);
  });
});
