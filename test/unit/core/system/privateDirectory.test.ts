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
import { cannotWrite, notPrivate } from "../../../../src/core/pathErrors";
import {
  areOurs,
  ensurePrivateDirectory,
} from "../../../../src/core/system/privateDirectory";
import { needsRoot, useGround } from "../../support/ground";
import { systemError } from "../../support/systemError";

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
      message: notPrivate(directory, fault).message,
    });

  it("creates a missing directory with its parents, closed to others", async () => {
    const before = process.umask(0);
    ground.defer(() => process.umask(before));
    const directory = ground.path("state", "berth", "instances");
    assert.equal(await ensurePrivateDirectory(directory), false);
    assert.equal(modeOf(directory), 0o700);
    assert.equal(modeOf(ground.path("state")), 0o700);
  });

  it("accepts a directory that only the user can open", async () => {
    assert.equal(await ensurePrivateDirectory(make(0o700)), false);
  });

  for (const mode of [0o755, 0o701, 0o740])
    it(`refuses mode ${mode.toString(8)}, or tightens it if the directory is shared`, async () => {
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
    it(`refuses mode ${mode.toString(8)} even if the directory is shared`, async () => {
      const directory = make(mode);
      await refuses(directory, "other users can open it");
      await refuses(directory, "other users can write to it", true);
      assert.equal(statSync(directory).mode & 0o7777, mode);
    });

  it("refuses a symbolic link, even a dangling one", async () => {
    symlinkSync(make(0o700), ground.path("link"));
    symlinkSync(ground.path("nowhere"), ground.path("dangling"));
    await refuses(ground.path("link"), "it is a symbolic link", true);
    await refuses(ground.path("dangling"), "it is a symbolic link", true);
    assert.ok(!existsSync(ground.path("nowhere")));
  });

  it("refuses a file, and a path that leads through one", async () => {
    writeFileSync(ground.path("file"), "");
    await refuses(ground.path("file"), "it is not a directory");
    const inFile = ground.path("file", "sub");
    await assert.rejects(ensurePrivateDirectory(inFile), {
      message: cannotWrite(inFile, systemError("ENOTDIR")).message,
    });
  });

  it("refuses another user's directory", async function () {
    needsRoot(this);
    const directory = make(0o700);
    chownSync(directory, 12_345, 12_345);
    await refuses(directory, "it belongs to another user", true);
  });

  it("refuses a directory that others can replace, but not one in a sticky directory", async () => {
    const parent = ground.make("parent");
    const directory = ground.path("parent", "directory");
    mkdirSync(directory, { mode: 0o700 });
    chmodSync(parent, 0o777);
    const fault = `other users can write to ${parent} and replace it`;
    await refuses(directory, fault);
    await refuses(directory, fault, true);
    assert.equal(areOurs([directory]), false);
    // As the temporary directory is; and as many users' default is, whose group is their own.
    for (const mode of [0o1777, 0o775]) {
      chmodSync(parent, mode);
      assert.equal(await ensurePrivateDirectory(directory), false);
      assert.equal(areOurs([directory]), true);
    }
  });

  it("says why a directory cannot be created or tightened", async function () {
    needsRoot(this);
    const disk = ground.path("disk");
    mkdirSync(disk);
    ground.mount(disk, "ro,mode=0755");
    const readOnly = systemError("EROFS");
    await assert.rejects(ensurePrivateDirectory(`${disk}/home`), {
      message: cannotWrite(`${disk}/home`, readOnly).message,
    });
    await assert.rejects(ensurePrivateDirectory(disk, { shared: true }), {
      message: cannotWrite(disk, readOnly).message,
    });
  });
});

describe("areOurs", () => {
  const ground = useGround();
  const nested = () => [ground.make("outer"), ground.make("outer", "inner")];

  it("accepts what others can read, and refuses what they can write to", () => {
    const [outer = "", inner = ""] = nested();
    assert.ok(areOurs([outer, inner]));
    for (const each of [outer, inner]) {
      chmodSync(each, 0o775);
      assert.ok(!areOurs([outer, inner]), each);
      chmodSync(each, 0o755);
    }
    assert.ok(areOurs([outer, inner]));
  });

  it("refuses what is missing, a link or a file", () => {
    const [outer = "", inner = ""] = nested();
    symlinkSync(inner, ground.path("link"));
    writeFileSync(ground.path("file"), "");
    for (const name of ["missing", "link", "file"])
      assert.ok(!areOurs([outer, ground.path(name)]), name);
  });

  it("refuses what another user owns, the outer one too", function () {
    needsRoot(this);
    for (const index of [0, 1]) {
      const both = nested();
      chownSync(both[index] ?? "", 12_345, 12_345);
      assert.ok(!areOurs(both));
      chownSync(both[index] ?? "", 0, 0);
      assert.ok(areOurs(both));
    }
  });
});
