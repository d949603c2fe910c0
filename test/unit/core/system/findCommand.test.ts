import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findCommand } from "../../../../src/core/system/findCommand";

describe("findCommand", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "berth-"));
    for (const name of ["first", "second"])
      await mkdir(path.join(folder, name));
    env = {
      PATH: ["first", "second"]
        .map((name) => path.join(folder, name))
        .join(path.delimiter),
    };
    await writeFile(path.join(folder, "first", "agent"), "not executable");
    await program("second", "agent");
  });
  after(() => rm(folder, { recursive: true }));

  const program = async (...parts: string[]): Promise<void> => {
    await writeFile(path.join(folder, ...parts), "");
    await chmod(path.join(folder, ...parts), 0o755);
  };

  it("finds the first executable of that name on the PATH, and no other file", () => {
    assert.equal(
      findCommand("agent", env),
      path.join(folder, "second", "agent"),
    );
    assert.equal(findCommand("second", { PATH: folder }), undefined);
    assert.equal(findCommand("other", env), undefined);
    assert.equal(findCommand("agent", {}), undefined);
  });

  it("accepts an absolute path, but none that depends on the current directory", () => {
    const file = path.join(folder, "second", "agent");
    assert.equal(findCommand(file, env), file);
    const relative = path.relative(process.cwd(), file);
    assert.equal(findCommand(relative, env), undefined);
    assert.equal(
      findCommand("agent", { PATH: path.dirname(relative) }),
      undefined,
    );
  });
});
