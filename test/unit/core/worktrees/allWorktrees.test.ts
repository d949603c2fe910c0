import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { gitRefused, gitWasSilent } from "../../../../src/core/worktreeErrors";
import {
  allWorktrees,
  mainWorktree,
} from "../../../../src/core/worktrees/allWorktrees";
import { useGround } from "../../support/ground";
import {
  addWorktree,
  git,
  gitWith,
  makeRepository,
} from "../../support/repositories";

describe("allWorktrees", () => {
  const ground = useGround();

  it("lists each with its branch, lock and path, whatever they are called", async () => {
    const app = makeRepository(ground.path("my app"));
    const head = git(app, "rev-parse", "HEAD");
    const forged = ground.path("a\nworktree \nforged\n\nbare");
    addWorktree(app, forged, "feature/x");
    const detached = ground.path("detached");
    git(app, "worktree", "add", "--quiet", "--detach", detached);
    git(app, "worktree", "lock", detached);
    const locked = addWorktree(app, ground.path("-locked"), "locked");
    git(app, "worktree", "lock", "--reason=on a\ndrive", locked);
    const entry = {
      exists: true,
      head,
      isMain: false,
      isBare: false,
      lockReason: null,
      prunableReason: null,
    };
    const list = [...(await allWorktrees(forged))];
    assert.deepEqual(list.shift(), {
      ...entry,
      path: app,
      branch: "main",
      isMain: true,
    });
    assert.deepEqual(
      list.sort((a, b) => a.path.localeCompare(b.path)),
      [
        { ...entry, path: forged, branch: "feature/x" },
        { ...entry, path: detached, branch: null, lockReason: "" },
        {
          ...entry,
          path: locked,
          branch: "locked",
          lockReason: "on a\ndrive",
        },
      ].sort((a, b) => a.path.localeCompare(b.path)),
    );
  });

  it("keeps those that are missing, and says why git would forget them", async () => {
    const app = makeRepository(ground.path("app"));
    const gone = addWorktree(app, ground.path("gone"), "gone");
    const kept = addWorktree(app, ground.path("kept"), "kept");
    git(app, "worktree", "lock", "--reason=usb", kept);
    for (const folder of [gone, kept]) rmSync(folder, { recursive: true });
    const [, first, second] = await allWorktrees(app);
    assert.deepEqual([first?.path, first?.exists], [gone, false]);
    assert.match(first?.prunableReason ?? "", /non-existent/);
    assert.deepEqual(
      [second?.exists, second?.lockReason, second?.prunableReason],
      [false, "usb", null],
    );
  });

  it("lists one that was moved by its old path, and one behind a link by its real path", async () => {
    const app = makeRepository(ground.path("app"));
    const old = addWorktree(app, ground.path("old"), "moved");
    renameSync(old, ground.path("new"));
    symlinkSync(ground.directory, ground.path("link"));
    addWorktree(app, ground.path("link", "real"), "real");
    const list = await allWorktrees(app);
    assert.deepEqual(
      list.map(({ path, exists }) => [path, exists]),
      [
        [app, true],
        [old, false],
        [ground.path("real"), true],
      ],
    );
  });

  it("has a bare repository as its main one, and no branch for it", async () => {
    const source = makeRepository(ground.path("source"));
    const bare = ground.path("app.git");
    git(source, "clone", "--quiet", "--bare", source, bare);
    const linked = addWorktree(bare, ground.path("linked"), "topic");
    const [main, topic] = await allWorktrees(linked);
    assert.deepEqual(
      [main?.path, main?.isMain, main?.isBare, main?.branch, main?.head],
      [bare, true, true, null, null],
    );
    assert.deepEqual([topic?.path, topic?.isMain], [linked, false]);
  });

  it("finds the main worktree where the git directory lies elsewhere", async () => {
    const library = makeRepository(ground.path("library"));
    const app = makeRepository(ground.path("app"));
    git(app, "submodule", "--quiet", "add", library, "lib");
    const lib = ground.path("app", "lib");
    const linked = addWorktree(lib, ground.path("linked"), "topic");
    for (const directory of [lib, linked])
      assert.equal((await mainWorktree(directory)).path, lib);
    const apart = ground.make("apart");
    git(apart, "init", "--quiet", `--separate-git-dir=${ground.path("store")}`);
    assert.equal((await mainWorktree(apart)).path, apart);
    assert.deepEqual(
      (await allWorktrees(apart)).map(({ head, branch }) => [head, branch]),
      [[null, git(apart, "symbolic-ref", "--short", "HEAD")]],
    );
  });

  it("asks a git that does not know -z without it", async () => {
    const app = makeRepository(ground.path("app"));
    const linked = addWorktree(app, ground.path("a b"), "topic");
    const environment = gitWith(
      ground,
      "worktree list",
      'case "$*" in *-z*) exit 129;; esac',
    );
    const list = await allWorktrees(app, { environment });
    assert.deepEqual(
      list.map(({ path, branch }) => [path, branch]),
      [
        [app, "main"],
        [linked, "topic"],
      ],
    );
  });

  it("throws where git refuses or does not answer", async () => {
    const plain = ground.make("plain");
    await assert.rejects(
      allWorktrees(plain),
      gitRefused(
        plain,
        "not a git repository (or any of the parent directories): .git",
      ),
    );
    mkdirSync(ground.path("app"));
    const app = makeRepository(ground.path("app"));
    const environment = gitWith(ground, "worktree list", "exec sleep 60");
    await assert.rejects(
      allWorktrees(app, { environment, timeout: 300 }),
      gitWasSilent(app),
    );
    await assert.rejects(
      allWorktrees(app, { environment: gitWith(ground, "worktree", "exit 0") }),
      /was not understood/,
    );
  });
});
