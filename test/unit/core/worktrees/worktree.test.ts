import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gitNotFound } from "../../../../src/core/messages";
import {
  detectWorktree,
  listWorktrees,
} from "../../../../src/core/worktrees/worktree";
import { setEnvironment, useGround } from "../../support/ground";
import {
  addWorktree,
  git,
  makeRepository,
  wrapGit,
} from "../../support/repositories";

describe("detectWorktree", () => {
  const ground = useGround();

  it("finds the top level of a repository", async () => {
    const repository = makeRepository(ground.path("app"));
    assert.deepEqual(await detectWorktree(repository), {
      path: repository,
      git: {
        repository: "app",
        branch: "main",
        gitDir: path.join(repository, ".git"),
        gitCommonDir: path.join(repository, ".git"),
      },
      warning: null,
    });
  });

  it("finds the whole worktree from a subfolder", async () => {
    const repository = makeRepository(ground.path("app"));
    const found = await detectWorktree(ground.make("app", "src", "deep"));
    assert.equal(found?.path, repository);
  });

  it("tells a linked worktree from its repository", async () => {
    const repository = makeRepository(ground.path("app"));
    const linked = addWorktree(repository, ground.path("linked"), "feature/x");
    const found = await detectWorktree(linked);
    assert.equal(found?.path, linked);
    assert.deepEqual(found.git, {
      repository: "app",
      branch: "feature/x",
      gitDir: path.join(repository, ".git", "worktrees", "linked"),
      gitCommonDir: path.join(repository, ".git"),
    });
  });

  it("finds the innermost of nested worktrees", async () => {
    const repository = makeRepository(ground.path("app"));
    const nested = addWorktree(repository, ground.path("app", "wt"), "inner");
    const folder = ground.make("app", "wt", "src");
    assert.equal((await detectWorktree(folder))?.path, nested);
  });

  it("treats a submodule as a worktree of its own", async () => {
    const library = makeRepository(ground.path("library"));
    const app = makeRepository(ground.path("app"));
    git(app, "submodule", "--quiet", "add", library, "vendor/lib");
    const found = await detectWorktree(ground.path("app", "vendor", "lib"));
    assert.equal(found?.path, ground.path("app", "vendor", "lib"));
    assert.equal(found.git?.repository, "lib");
    assert.equal(found.git.branch, "main");
  });

  it("treats a bare repository as a plain folder", async () => {
    const bare = ground.make("app.git");
    git(bare, "init", "--quiet", "--bare");
    assert.deepEqual(await detectWorktree(bare), {
      path: bare,
      git: null,
      warning: null,
    });
  });

  for (const name of ["app.git", "app/.bare", "app"])
    it(`names a worktree of the bare repository ${name} "app"`, async () => {
      const source = makeRepository(ground.path("source"));
      const bare = ground.path("bare", name);
      git(source, "clone", "--quiet", "--bare", source, bare);
      const linked = addWorktree(bare, ground.path("linked"), "topic");
      const found = await detectWorktree(linked);
      assert.equal(found?.path, linked);
      assert.equal(found.git?.repository, "app");
      assert.equal(found.git.gitCommonDir, bare);
      const listed = await listWorktrees(found);
      assert.deepEqual(listed, [{ path: linked, branch: "topic" }]);
    });

  it("uses the first 7 characters of a detached HEAD as the branch", async () => {
    const repository = makeRepository(ground.path("app"));
    git(repository, "checkout", "--quiet", "--detach");
    const commit = git(repository, "rev-parse", "HEAD");
    const found = await detectWorktree(repository);
    assert.equal(found?.git?.branch, commit.slice(0, 7));
    const [listed] = (await listWorktrees(found)) ?? [];
    assert.equal(listed?.branch, commit.slice(0, 7));
  });

  it("returns the name of an unborn branch", async () => {
    const repository = ground.make("app");
    git(repository, "init", "--quiet", "--initial-branch=trunk");
    assert.equal((await detectWorktree(repository))?.git?.branch, "trunk");
  });

  it("follows symbolic links to the real path", async () => {
    const repository = makeRepository(ground.path("app"));
    symlinkSync(repository, ground.path("link"));
    const found = await detectWorktree(ground.path("link"));
    assert.equal(found?.path, repository);
  });

  it("treats a folder without git as a plain folder", async () => {
    const folder = ground.make("plain");
    assert.deepEqual(await detectWorktree(folder), {
      path: folder,
      git: null,
      warning: null,
    });
  });

  it("returns undefined for a missing folder or a file", async () => {
    const folder = ground.make("gone");
    rmSync(folder, { recursive: true });
    writeFileSync(ground.path("file"), "");
    assert.equal(await detectWorktree(folder), undefined);
    assert.equal(await detectWorktree(ground.path("file")), undefined);
  });

  for (const name of [
    "two\nlines",
    "trailing newline\n",
    'it\'s "quoted"',
    "$(touch pwned)`touch pwned`",
    "with  spaces ",
    "🚢 ünïcode",
    "-dash",
    "back\\slash",
  ])
    it(`handles the folder name ${JSON.stringify(name)}`, async () => {
      const repository = makeRepository(ground.path(name));
      const linked = addWorktree(
        repository,
        ground.path(`${name} linked`),
        "topic",
      );
      const [main, other] = await Promise.all(
        [repository, linked].map((folder) => detectWorktree(folder)),
      );
      assert.equal(main?.path, repository);
      assert.equal(main.git?.repository, name);
      assert.equal(other?.path, linked);
      assert.equal(other.git?.gitCommonDir, path.join(repository, ".git"));
      assert.deepEqual(await listWorktrees(main), [
        { path: repository, branch: "main" },
        { path: linked, branch: "topic" },
      ]);
    });

  it("ignores GIT_DIR and similar variables", async () => {
    const app = makeRepository(ground.path("app"));
    const other = makeRepository(ground.path("other"), "elsewhere");
    setEnvironment(ground, {
      GIT_DIR: path.join(other, ".git"),
      GIT_WORK_TREE: other,
      GIT_COMMON_DIR: path.join(other, ".git"),
      GIT_CEILING_DIRECTORIES: ground.directory,
    });
    const found = await detectWorktree(ground.make("app", "src"));
    assert.equal(found?.path, app);
    assert.equal(found.git?.branch, "main");
  });

  it("warns if there is no git on the PATH", async () => {
    const repository = makeRepository(ground.path("app"));
    setEnvironment(ground, { PATH: ground.make("empty") });
    const found = await detectWorktree(repository);
    assert.equal(found?.path, repository);
    assert.equal(found.git, null);
    assert.equal(found.warning, gitNotFound);
  });

  it("does not list worktrees whose folder is gone", async () => {
    const repository = makeRepository(ground.path("app"));
    const linked = addWorktree(repository, ground.path("linked"), "topic");
    rmSync(linked, { recursive: true });
    const found = await detectWorktree(repository);
    assert.ok(found);
    assert.deepEqual(await listWorktrees(found), [
      { path: repository, branch: "main" },
    ]);
  });

  it("works with git before 2.31 and 2.36, which lacks some options", async () => {
    const repository = makeRepository(ground.path("app"));
    const linked = addWorktree(repository, ground.path("linked"), "topic");
    wrapGit(
      ground,
      `for each; do case "$each" in
         -z) echo "error: unknown switch 'z'" >&2; exit 129 ;;
         --path-format=*) echo "$each" ;;
       esac; done`,
    );
    const found = await detectWorktree(ground.make("app", "src"));
    assert.equal(found?.path, repository);
    assert.equal(found.git?.gitDir, path.join(repository, ".git"));
    assert.deepEqual(await listWorktrees(found), [
      { path: repository, branch: "main" },
      { path: linked, branch: "topic" },
    ]);
  });

  it("treats a folder with a broken .git as a plain folder", async () => {
    const folder = ground.make("broken");
    writeFileSync(path.join(folder, ".git"), "gitdir: /nowhere\n");
    assert.equal((await detectWorktree(folder))?.git, null);
    const inside = ground.make("inside");
    mkdirSync(path.join(inside, ".git"));
    assert.equal((await detectWorktree(inside))?.git, null);
  });
});
