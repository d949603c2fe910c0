import assert from "node:assert/strict";
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  gitWasSilent,
  mainStays,
  notAWorktree,
  pathIsInUse,
  worktreeIsLocked,
  worktreesInside,
} from "../../../../src/core/worktreeErrors";
import { allWorktrees } from "../../../../src/core/worktrees/allWorktrees";
import {
  lockWorktree,
  moveWorktree,
  prunableWorktrees,
  pruneWorktrees,
  repairWorktrees,
  unlockWorktree,
} from "../../../../src/core/worktrees/maintainWorktrees";
import { useGround } from "../../support/ground";
import {
  addWorktree,
  gitWith,
  makeRepository,
} from "../../support/repositories";

describe("the upkeep of worktrees", () => {
  const ground = useGround();
  const make = (name = "-a b\nc") => {
    const app = makeRepository(ground.path("app"));
    return { app, linked: addWorktree(app, ground.path(name), "topic") };
  };
  const paths = async (directory: string) =>
    (await allWorktrees(directory)).map((each) => each.path);

  it("locks and unlocks one, with any reason", async () => {
    const { app, linked } = make();
    for (const reason of [undefined, "--force", "a\nb 'c'"]) {
      await lockWorktree(app, linked, reason);
      const [, entry] = await allWorktrees(app);
      assert.equal(entry?.lockReason, reason ?? "");
      await assert.rejects(lockWorktree(app, linked, reason), /already locked/);
      await unlockWorktree(app, linked);
      assert.equal((await allWorktrees(app))[1]?.lockReason, null);
    }
    await assert.rejects(unlockWorktree(app, linked), /not locked/);
    const other = ground.path("other");
    await assert.rejects(lockWorktree(app, other, ""), notAWorktree(other));
  });

  it("forgets those whose folders are gone, but no locked one", async () => {
    const { app, linked } = make();
    const kept = addWorktree(app, ground.path("kept"), "kept");
    const there = addWorktree(app, ground.path("there"), "there");
    await lockWorktree(app, kept, "on a drive");
    assert.deepEqual(await prunableWorktrees(app), []);
    for (const folder of [linked, kept]) rmSync(folder, { recursive: true });
    const [prunable, ...others] = await prunableWorktrees(app);
    assert.equal(prunable?.path, linked);
    assert.match(prunable.reason, /non-existent/);
    assert.deepEqual(others, []);
    await pruneWorktrees(app);
    assert.deepEqual(await paths(app), [app, kept, there]);
    assert.deepEqual(await prunableWorktrees(app), []);
  });

  it("repairs one that was moved by other means", async () => {
    const { app, linked } = make();
    const moved = ground.path("moved\nto");
    renameSync(linked, moved);
    const [said, ...others] = await repairWorktrees(app, [moved]);
    assert.match(said ?? "", /gitdir/);
    assert.ok(!said?.endsWith("\n"));
    assert.deepEqual(others, []);
    assert.deepEqual(await paths(app), [app, moved]);
    assert.deepEqual(await repairWorktrees(app, [moved]), []);
    await assert.rejects(
      repairWorktrees(app, [ground.path("nothing")]),
      /not a valid path/,
    );
  });

  it("repairs the worktrees of a repository that was moved itself", async () => {
    const { app, linked } = make();
    const moved = ground.path("moved app");
    renameSync(app, moved);
    assert.equal((await repairWorktrees(moved, [])).length, 1);
    assert.deepEqual(await paths(linked), [moved, linked]);
  });

  it("moves one with its changes to a place where nothing is", async () => {
    const { app, linked } = make();
    writeFileSync(path.join(linked, "new"), "");
    const to = ground.path("deep", "place", "-x");
    await moveWorktree(app, linked, to);
    assert.ok(existsSync(path.join(to, "new")));
    assert.deepEqual(await paths(app), [app, to]);
    const taken = ground.make("taken");
    await assert.rejects(moveWorktree(app, to, taken), pathIsInUse(taken));
  });

  it("moves neither the main one, nor a locked one, nor one that others lie in", async () => {
    const { app, linked } = make();
    const to = ground.path("to");
    await assert.rejects(moveWorktree(app, app, to), mainStays(app));
    const inner = addWorktree(app, path.join(linked, "in"), "inner");
    await assert.rejects(
      moveWorktree(app, linked, to),
      worktreesInside(linked, [inner]),
    );
    await lockWorktree(app, inner, "mine");
    await assert.rejects(
      moveWorktree(app, inner, to),
      worktreeIsLocked(inner, "mine"),
    );
    assert.deepEqual(await paths(app), [app, linked, inner]);
  });

  it("throws where git does not answer", async () => {
    const { app, linked } = make();
    const environment = gitWith(ground, "worktree", "exec sleep 60");
    const options = { environment, timeout: 300 };
    for (const action of [
      () => lockWorktree(app, linked, undefined, options),
      () => unlockWorktree(app, linked, options),
      () => prunableWorktrees(app, options),
      () => pruneWorktrees(app, options),
      () => repairWorktrees(app, [linked], options),
      () => moveWorktree(app, linked, ground.path("to"), options),
    ])
      await assert.rejects(action, gitWasSilent(app));
  });
});
