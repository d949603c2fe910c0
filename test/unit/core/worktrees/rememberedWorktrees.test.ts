import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RememberedWorktrees } from "../../../../src/core/worktrees/rememberedWorktrees";
import { useGround } from "../../support/ground";
import {
  addWorktree,
  git,
  makeRepository,
  wrapGit,
} from "../../support/repositories";

describe("the worktrees that git has been asked about", () => {
  const ground = useGround();
  const log = () => ground.path("asked");
  /** How often git has been asked meanwhile. */
  const asked = async (action: () => Promise<unknown>) => {
    const count = () =>
      existsSync(log())
        ? readFileSync(log(), "utf8").split("\n").length - 1
        : 0;
    const before = count();
    await action();
    return count() - before;
  };
  const find = async (worktrees: RememberedWorktrees, folder: string) => {
    const detection = await worktrees.detect(folder);
    if (detection.kind !== "found") assert.fail(detection.kind);
    return detection.worktree;
  };
  it("are remembered, and asked about again once a branch, a nested worktree or the repository is another one", async () => {
    const app = makeRepository(ground.path("app"));
    const sub = ground.make("app", "sub");
    wrapGit(ground, `echo >>${log()}`);
    const worktrees = new RememberedWorktrees();
    const branchIs = async (branch: string, times: number) => {
      assert.equal(
        await asked(async () => {
          const { path: top, git: facts } = await find(worktrees, sub);
          assert.deepEqual([top, facts?.branch], [app, branch]);
        }),
        times,
      );
    };
    // The first answer tells which files matter, the second that they have not changed meanwhile.
    for (const times of [1, 1, 0, 0]) await branchIs("main", times);
    git(app, "switch", "--quiet", "-c", "other");
    for (const times of [1, 0]) await branchIs("other", times);
    // Where HEAD is kept in tables, only those change.
    const tables = path.join(app, ".git", "reftable");
    mkdirSync(tables);
    writeFileSync(path.join(tables, "tables.list"), "one\n");
    for (const times of [1, 0]) await branchIs("other", times);

    const inner = addWorktree(app, path.join(sub, "inner"), "inner");
    const deep = ground.make("app", "sub", "inner", "deep");
    assert.equal((await find(worktrees, deep)).path, inner);
    assert.equal((await find(worktrees, sub)).path, app);
    git(sub, "init", "--quiet");
    assert.equal((await find(worktrees, sub)).path, sub);
  });

  it("are asked about each time where there is no worktree", async () => {
    const plain = ground.make("plain");
    wrapGit(ground, `echo >>${log()}`);
    const worktrees = new RememberedWorktrees();
    await find(worktrees, plain);
    assert.ok((await asked(() => find(worktrees, plain))) > 0);
    makeRepository(plain);
    assert.notEqual((await find(worktrees, plain)).git, null);
  });
});
