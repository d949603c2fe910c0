import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  gitWasSilent,
  mainStays,
  notAWorktree,
  worktreeIsLocked,
  worktreesInside,
} from "../../../../src/core/worktreeErrors";
import { allWorktrees } from "../../../../src/core/worktrees/allWorktrees";
import {
  deleteBranch,
  removeWorktree,
} from "../../../../src/core/worktrees/removeWorktree";
import { useGround } from "../../support/ground";
import {
  addWorktree,
  git,
  gitWith,
  makeRepository,
} from "../../support/repositories";

const GENTLY = { force: false } as const;
const FORCED = { force: true } as const;

describe("removeWorktree", () => {
  const ground = useGround();
  const make = (name = "linked") => {
    const app = makeRepository(ground.path("app"));
    return { app, linked: addWorktree(app, ground.path(name), "topic") };
  };
  const count = async (directory: string) =>
    (await allWorktrees(directory)).length;
  const lockOf = async (directory: string) =>
    (await allWorktrees(directory))[1]?.lockReason;

  for (const name of ["linked", "-a b\nworktree c"])
    it(`removes the folder ${JSON.stringify(name)} and leaves its branch, while a shell stands in it`, async () => {
      const { app, linked } = make(name);
      const shell = spawn("sh", ["-c", "echo; exec cat"], { cwd: linked });
      ground.defer(() => shell.kill());
      await once(shell.stdout, "data");
      await removeWorktree(app, linked, GENTLY);
      assert.ok(!existsSync(linked));
      assert.equal(await count(app), 1);
      assert.ok(git(app, "rev-parse", "topic"));
    });

  it("removes none with changes or untracked files, unless told so twice", async () => {
    const { app, linked } = make();
    for (const file of ["new", "a.txt"]) {
      writeFileSync(path.join(linked, file), "");
      await assert.rejects(
        removeWorktree(app, linked, GENTLY),
        /contains modified or untracked files/,
      );
    }
    assert.ok(existsSync(path.join(linked, "new")));
    await removeWorktree(app, linked, FORCED);
    assert.ok(!existsSync(linked));
  });

  it("removes one with a submodule only by force", async () => {
    const library = makeRepository(ground.path("library"));
    const { app, linked } = make();
    git(linked, "submodule", "--quiet", "add", library, "lib");
    git(linked, "commit", "--quiet", "--message=lib");
    await assert.rejects(
      removeWorktree(app, linked, GENTLY),
      /containing submodules/,
    );
    await removeWorktree(app, linked, FORCED);
    assert.equal(await count(app), 1);
  });

  it("removes a locked one only if told to, and says who keeps it", async () => {
    const { app, linked } = make();
    git(app, "worktree", "lock", "--reason=claude (pid 7)", linked);
    for (const options of [GENTLY, FORCED])
      await assert.rejects(
        removeWorktree(app, linked, options),
        worktreeIsLocked(linked, "claude (pid 7)"),
      );
    await removeWorktree(app, linked, { force: false, unlock: true });
    assert.ok(!existsSync(linked));
  });

  for (const reason of ["", "mine\nalone"])
    it(`locks it again, with the reason ${JSON.stringify(reason)}, if it could not be removed`, async () => {
      const { app, linked } = make();
      const flags = reason === "" ? [] : [`--reason=${reason}`];
      git(app, "worktree", "lock", ...flags, linked);
      writeFileSync(path.join(linked, "new"), "");
      const unlock = { force: false, unlock: true };
      await assert.rejects(
        removeWorktree(app, linked, unlock),
        /contains modified or untracked files/,
      );
      assert.equal(await lockOf(app), reason);
      const environment = gitWith(ground, "worktree remove", "exec sleep 60");
      await assert.rejects(
        removeWorktree(app, linked, unlock, { environment, timeout: 1_000 }),
        gitWasSilent(app),
      );
      assert.equal(await lockOf(app), reason);
    });

  it("never removes the main worktree, nor one that it does not know", async () => {
    const { app, linked } = make();
    await assert.rejects(removeWorktree(linked, app, FORCED), mainStays(app));
    const other = ground.make("other");
    await assert.rejects(
      removeWorktree(app, other, FORCED),
      notAWorktree(other),
    );
    assert.ok(existsSync(other));
  });

  it("removes none that others lie in", async () => {
    const { app, linked } = make();
    const inner = addWorktree(app, path.join(linked, "in", "x"), "inner");
    await assert.rejects(
      removeWorktree(app, linked, FORCED),
      worktreesInside(linked, [inner]),
    );
    await removeWorktree(app, inner, GENTLY);
    await removeWorktree(app, linked, GENTLY);
    assert.equal(await count(app), 1);
  });

  it("forgets one whose folder is gone, and works from a bare repository", async () => {
    const source = makeRepository(ground.path("source"));
    const bare = ground.path("app.git");
    git(source, "clone", "--quiet", "--bare", source, bare);
    const gone = addWorktree(bare, ground.path("gone"), "gone");
    const kept = addWorktree(bare, ground.path("kept"), "kept");
    rmSync(gone, { recursive: true });
    await removeWorktree(bare, gone, GENTLY);
    await removeWorktree(bare, kept, GENTLY);
    assert.equal(await count(bare), 1);
    assert.ok(!existsSync(kept));
  });

  it("throws where git does not answer, and removes nothing", async () => {
    const { app, linked } = make();
    for (const command of ["worktree list", "worktree remove"]) {
      const environment = gitWith(ground, command, "exec sleep 60");
      await assert.rejects(
        removeWorktree(app, linked, FORCED, { environment, timeout: 1_000 }),
        gitWasSilent(app),
      );
    }
    assert.ok(existsSync(linked));
  });
});

describe("deleteBranch", () => {
  const ground = useGround();

  it("deletes one with commits of its own only by force, and none that is checked out", async () => {
    const app = makeRepository(ground.path("app"));
    const linked = addWorktree(app, ground.path("linked"), "a/topic");
    git(linked, "commit", "--quiet", "--allow-empty", "--message=own");
    await assert.rejects(deleteBranch(app, "a/topic", FORCED), /checked out/);
    await removeWorktree(app, linked, GENTLY);
    await assert.rejects(
      deleteBranch(app, "a/topic", GENTLY),
      /not fully merged/,
    );
    await deleteBranch(app, "a/topic", FORCED);
    git(app, "branch", "merged");
    await deleteBranch(app, "merged", GENTLY);
    assert.equal(git(app, "branch", "--format=%(refname:short)"), "main");
    await assert.rejects(deleteBranch(app, "-D", GENTLY), /not found/);
  });
});
