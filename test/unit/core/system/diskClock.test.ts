import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { DiskClock, stamp } from "../../../../src/core/system/diskClock";
import { needsRoot, setClock, useGround } from "../../support/ground";

describe("DiskClock", () => {
  const ground = useGround();
  const put = (seconds: number) => {
    const file = ground.path("a.json");
    writeFileSync(file, "{}");
    const then = Date.now() / 1000 - seconds;
    utimesSync(file, then, then);
    return file;
  };

  it("tells how long ago a file was written, and leaves nothing behind", async () => {
    const file = put(100);
    const age = (await new DiskClock().ageOf(file)) ?? 0;
    assert.ok(age > 99_000 && age < 110_000, String(age));
    assert.deepEqual(readdirSync(ground.directory), ["a.json"]);
  });

  it("knows nothing of a missing file, or where it cannot write", async function () {
    needsRoot(this);
    assert.equal(await new DiskClock().ageOf(ground.path("x")), undefined);
    const disk = ground.path("disk");
    ground.mount(disk, "mode=0700");
    const file = path.join(disk, "a.json");
    writeFileSync(file, "{}");
    assert.ok((await new DiskClock().ageOf(file)) !== undefined);
    execFileSync("mount", ["-o", "remount,ro", disk]);
    assert.equal(await new DiskClock().ageOf(file), undefined);
  });

  it("does not depend on our own clock", async () => {
    const file = ground.path("a.json");
    writeFileSync(file, "{}");
    setClock(ground, Date.now() + 3_600_000);
    const age = (await new DiskClock().ageOf(file)) ?? 1e9;
    assert.ok(Math.abs(age) < 5_000, String(age));
  });

  it("asks the disk once for many files", async () => {
    const file = put(100);
    const clock = new DiskClock();
    await clock.ageOf(file);
    const before = statSync(ground.directory).mtimeMs;
    for (let turn = 0; turn < 20; turn += 1) await clock.ageOf(file);
    assert.equal(statSync(ground.directory).mtimeMs, before);
  });
});

describe("stamp", () => {
  const ground = useGround();

  it("leaves the content as it is, and the disk's time on the file", async () => {
    const file = ground.path("a.json");
    writeFileSync(file, '{"a":1}');
    utimesSync(file, 1, 1);
    const now = Date.now();
    setClock(ground, now + 3_600_000);
    await stamp(file);
    assert.equal(readFileSync(file, "utf8"), '{"a":1}');
    const { mtimeMs } = statSync(file);
    assert.ok(Math.abs(mtimeMs - now) < 5_000, String(mtimeMs));
  });

  it("creates nothing, and follows no link", async () => {
    await assert.rejects(stamp(ground.path("missing")), { code: "ENOENT" });
    writeFileSync(ground.path("target"), "x");
    utimesSync(ground.path("target"), 1, 1);
    symlinkSync(ground.path("target"), ground.path("link"));
    await assert.rejects(stamp(ground.path("link")), { code: "ELOOP" });
    assert.equal(statSync(ground.path("target")).mtimeMs, 1_000);
    mkdirSync(ground.path("directory"));
    await assert.rejects(stamp(ground.path("directory")), { code: "EISDIR" });
    assert.deepEqual(readdirSync(ground.directory).sort(), [
      "directory",
      "link",
      "target",
    ]);
  });
});
