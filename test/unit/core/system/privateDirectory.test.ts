import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { ensurePrivateDirectory } from "../../../../src/core/system/privateDirectory";
import { needsRoot, useGround } from "../../support/ground";

describe("ensurePrivateDirectory", () => {
  const ground = useGround();
  const modeOf = (directory: string) => statSync(directory).mode & 0o777;
  const make = (mode: number): string => {
    const directory = ground.make("directory");
    chmodSync(directory, mode);
    return directory;
  };
  const refuses = (directory: string, fault: string, shared = false) =>
    assert.rejects(ensurePrivateDirectory(directory, { shared }), {
      name: "UserError",
      message: `Berth does not use ${directory}, because ${fault}. Make it a directory that only you can open (chmod 700) and start again.`,
    });

  it("makes a missing one with its parents, closed to others", async () => {
    const before = process.umask(0);
    ground.defer(() => process.umask(before));
    const directory = ground.path("state", "berth", "instances");
    assert.equal(await ensurePrivateDirectory(directory), false);
    assert.equal(modeOf(directory), 0o700);
    assert.equal(modeOf(ground.path("state")), 0o700);
  });

  it("takes one that only we can open", async () => {
    assert.equal(await ensurePrivateDirectory(make(0o700)), false);
  });

  for (const mode of [0o755, 0o701, 0o740])
    it(`refuses mode ${mode.toString(8)}, unless it is shared: then tightens it`, async () => {
      const directory = make(mode);
      await refuses(directory, "other users can open it");
      assert.equal(modeOf(directory), mode);
      assert.equal(
        await ensurePrivateDirectory(directory, { shared: true }),
        true,
      );
      assert.equal(modeOf(directory), 0o700);
    });

  for (const mode of [0o777, 0o770, 0o1777, 0o702])
    it(`refuses mode ${mode.toString(8)} also where it is shared`, async () => {
      const directory = make(mode);
      await refuses(directory, "other users can open it");
      await refuses(directory, "other users can write to it", true);
      assert.equal(statSync(directory).mode & 0o7777, mode);
    });

  it("refuses a symbolic link, also a dangling one", async () => {
    symlinkSync(make(0o700), ground.path("link"));
    symlinkSync(ground.path("nowhere"), ground.path("dangling"));
    await refuses(ground.path("link"), "it is a symbolic link", true);
    await refuses(ground.path("dangling"), "it is a symbolic link", true);
    assert.ok(!existsSync(ground.path("nowhere")));
  });

  it("refuses a file", async () => {
    writeFileSync(ground.path("file"), "");
    await refuses(ground.path("file"), "it is not a directory");
    await assert.rejects(ensurePrivateDirectory(ground.path("file", "sub")), {
      message:
        /because a part of the path is not a directory\. Move that file away/,
    });
  });

  it("refuses another user's", async function () {
    needsRoot(this);
    const directory = make(0o700);
    chownSync(directory, 12_345, 12_345);
    await refuses(directory, "it belongs to another user", true);
  });

  it("says so when it cannot be made, or not be tightened", async function () {
    needsRoot(this);
    const disk = ground.path("disk");
    mkdirSync(disk);
    ground.mount(disk, "ro,mode=0755");
    const message =
      /^Berth cannot write .*, because the file system is read-only\. Make it writable/;
    await assert.rejects(ensurePrivateDirectory(`${disk}/home`), { message });
    await assert.rejects(ensurePrivateDirectory(disk, { shared: true }), {
      message,
    });
  });
});
