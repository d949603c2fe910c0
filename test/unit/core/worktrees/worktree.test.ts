import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  gitCoreWorktree,
  gitDidNotAnswer,
  gitNotFound,
  gitSays,
} from "../../../../src/core/messages/git";
import {
  detectWorktree,
  type Worktree,
} from "../../../../src/core/worktrees/worktree";
import { listWorktrees } from "../../../../src/core/worktrees/worktreeList";
import { setEnvironment, useGround } from "../../support/ground";
import {
  addWorktree,
  git,
  makeRepository,
  wrapGit,
} from "../../support/repositories";

describe("detectWorktree", () => {
  const ground = useGround();
  const find = async (folder: string): Promise<Worktree> => {
    const detection = await detectWorktree(folder);
    if (detection.kind !== "found") assert.fail(detection.kind);
    return detection.worktree;
  };
  const guess = async (folder: string): Promise<Worktree> => {
    const detection = await detectWorktree(folder);
    if (detection.kind !== "unknown") assert.fail(detection.kind);
    return detection.guess;
  };
  const list = async ({ path, git, bareRepository }: Worktree) => {
    const commonDir = git?.gitCommonDir ?? bareRepository ?? "";
    return (await listWorktrees(path, commonDir))?.worktrees;
  };

  it("finds the top level of a repository", async () => {
    const repository = makeRepository(ground.path("app"));
    assert.deepEqual(await find(repository), {
      path: repository,
      git: {
        repository: "app",
        branch: "main",
        gitDir: path.join(repository, ".git"),
        gitCommonDir: path.join(repository, ".git"),
      },
      isPlain: false,
      bareRepository: null,
      warning: null,
    });
  });

  it("finds the whole worktree from a subfolder", async () => {
    const repository = makeRepository(ground.path("app"));
    const found = await find(ground.make("app", "src", "deep"));
    assert.equal(found.path, repository);
  });

  it("tells a linked worktree from its repository", async () => {
    const repository = makeRepository(ground.path("app"));
    const linked = addWorktree(repository, ground.path("linked"), "feature/x");
    const found = await find(linked);
    assert.equal(found.path, linked);
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
    assert.equal((await find(folder)).path, nested);
  });

  it("treats a submodule as a worktree of its own", async () => {
    const library = makeRepository(ground.path("library"));
    const app = makeRepository(ground.path("app"));
    git(app, "submodule", "--quiet", "add", library, "vendor/lib");
    const found = await find(ground.path("app", "vendor", "lib"));
    assert.equal(found.path, ground.path("app", "vendor", "lib"));
    assert.equal(found.git?.repository, "lib");
    assert.equal(found.git.branch, "main");
  });

  it("serves a bare repository as a folder that is open to no other's agents", async () => {
    const bare = ground.make("app.git");
    git(bare, "init", "--quiet", "--bare");
    assert.deepEqual(await find(bare), {
      path: bare,
      git: null,
      isPlain: false,
      bareRepository: bare,
      warning: null,
    });
  });

  it("lists the worktrees of a bare clone from the folder around it", async () => {
    const source = makeRepository(ground.path("source"));
    const bare = ground.path("app", ".bare");
    git(source, "clone", "--quiet", "--bare", source, bare);
    writeFileSync(ground.path("app", ".git"), "gitdir: ./.bare\n");
    const linked = addWorktree(bare, ground.path("app", "topic"), "topic");
    const found = await find(ground.path("app"));
    assert.equal(found.path, ground.path("app"));
    assert.equal(found.git, null);
    assert.equal(found.bareRepository, bare);
    assert.deepEqual(await list(found), [{ path: linked, branch: "topic" }]);
  });

  for (const name of ["app.git", "app/.bare", "app"])
    it(`names a worktree of the bare repository ${name} "app"`, async () => {
      const source = makeRepository(ground.path("source"));
      const bare = ground.path("bare", name);
      git(source, "clone", "--quiet", "--bare", source, bare);
      const linked = addWorktree(bare, ground.path("linked"), "topic");
      const found = await find(linked);
      assert.equal(found.path, linked);
      assert.equal(found.git?.repository, "app");
      assert.equal(found.git.gitCommonDir, bare);
      const listed = await list(found);
      assert.deepEqual(listed, [{ path: linked, branch: "topic" }]);
    });

  it("uses the first 7 characters of a detached HEAD as the branch", async () => {
    const repository = makeRepository(ground.path("app"));
    git(repository, "checkout", "--quiet", "--detach");
    const commit = git(repository, "rev-parse", "HEAD");
    const found = await find(repository);
    assert.equal(found.git?.branch, commit.slice(0, 7));
    const [listed] = (await list(found)) ?? [];
    assert.equal(listed?.branch, commit.slice(0, 7));
  });

  it("returns the name of an unborn branch", async () => {
    const repository = ground.make("app");
    git(repository, "init", "--quiet", "--initial-branch=trunk");
    assert.equal((await find(repository)).git?.branch, "trunk");
  });

  it("follows symbolic links to the real path", async () => {
    const repository = makeRepository(ground.path("app"));
    symlinkSync(repository, ground.path("link"));
    const found = await find(ground.path("link"));
    assert.equal(found.path, repository);
  });

  it("treats a folder without git as a plain folder", async () => {
    const folder = ground.make("plain");
    assert.deepEqual(await find(folder), {
      path: folder,
      git: null,
      isPlain: true,
      bareRepository: null,
      warning: null,
    });
  });

  it("says that a folder is missing, also where there is a file", async () => {
    const folder = ground.make("gone");
    rmSync(folder, { recursive: true });
    writeFileSync(ground.path("file"), "");
    for (const each of [folder, ground.path("file")])
      assert.deepEqual(await detectWorktree(each), { kind: "missing" });
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
      const [main, other] = [await find(repository), await find(linked)];
      assert.equal(main.path, repository);
      assert.equal(main.git?.repository, name);
      assert.equal(other.path, linked);
      assert.equal(other.git?.gitCommonDir, path.join(repository, ".git"));
      assert.deepEqual(await list(main), [
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
      GIT_INDEX_FILE: path.join(other, ".git", "index"),
      GIT_OBJECT_DIRECTORY: path.join(other, ".git", "objects"),
      GIT_NAMESPACE: "other",
      GIT_PREFIX: "src/",
    });
    const found = await find(ground.make("app", "src"));
    assert.equal(found.path, app);
    assert.equal(found.git?.branch, "main");
  });

  it("keeps what says how git works for this user", async () => {
    const home = makeRepository(ground.path("home"), "dotfiles");
    const folder = ground.make("home", "notes");
    assert.equal((await find(folder)).path, home);
    setEnvironment(ground, { GIT_CEILING_DIRECTORIES: home });
    const found = await find(folder);
    assert.deepEqual([found.path, found.isPlain], [folder, true]);
  });

  it("serves a folder alone if its core.worktree is elsewhere", async () => {
    const repository = makeRepository(ground.path("app"));
    const other = ground.make("other");
    git(repository, "config", "core.worktree", other);
    const found = await find(repository);
    assert.equal(found.path, repository);
    assert.deepEqual([found.git, found.isPlain], [null, false]);
    assert.equal(found.warning, gitCoreWorktree(repository, other));
  });

  it("warns if there is no git on the PATH", async () => {
    const repository = makeRepository(ground.path("app"));
    setEnvironment(ground, { PATH: ground.make("empty") });
    const found = await guess(ground.make("app", "src"));
    assert.equal(found.path, repository);
    assert.equal(found.git, null);
    assert.equal(found.warning, gitNotFound);
  });

  it("does not list worktrees whose folder is gone", async () => {
    const repository = makeRepository(ground.path("app"));
    const linked = addWorktree(repository, ground.path("linked"), "topic");
    rmSync(linked, { recursive: true });
    assert.deepEqual(await list(await find(repository)), [
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
    const found = await find(ground.make("app", "src"));
    assert.equal(found.path, repository);
    assert.equal(found.git?.gitDir, path.join(repository, ".git"));
    assert.deepEqual(await list(found), [
      { path: repository, branch: "main" },
      { path: linked, branch: "topic" },
    ]);
  });

  it("lists no git directory and no folder whose .git leads elsewhere", async () => {
    const repository = makeRepository(ground.path("app"));
    const taken = addWorktree(repository, ground.path("taken"), "topic");
    // git still lists the entry, as its folder exists.
    rmSync(taken, { recursive: true });
    makeRepository(taken, "another");
    const separate = ground.path("separate.git");
    const top = ground.path("checkout");
    git(
      ground.make(),
      "init",
      "--quiet",
      `--separate-git-dir=${separate}`,
      top,
    );
    assert.deepEqual(await list(await find(repository)), [
      { path: repository, branch: "main" },
    ]);
    const listed = await list(await find(top));
    assert.ok(!listed?.some((each) => each.path === separate));
    const library = makeRepository(ground.path("library"));
    git(repository, "submodule", "--quiet", "add", library, "lib");
    const submodule = await find(ground.path("app", "lib"));
    const gitDir = ground.path("app", ".git", "modules", "lib");
    assert.ok(!(await list(submodule))?.some((each) => each.path === gitDir));
  });

  for (const [what, setUp, sentence] of [
    [
      "a .git that leads nowhere",
      (folder: string) => {
        writeFileSync(path.join(folder, ".git"), "gitdir: /nowhere\n");
      },
      "not a git repository: /nowhere",
    ],
    [
      "an empty .git",
      (folder: string) => {
        mkdirSync(path.join(folder, ".git"));
      },
      undefined,
    ],
    [
      "a repository in a format of the future",
      (folder: string) => {
        makeRepository(folder);
        git(folder, "config", "core.repositoryFormatVersion", "1");
        git(folder, "config", "extensions.fromTheFuture", "true");
      },
      "unknown repository extension found:",
    ],
  ] as const)
    it(`does not take ${what} for a plain folder`, async () => {
      const folder = ground.make("app");
      setUp(folder);
      const {
        path: top,
        git: facts,
        isPlain,
        warning,
      } = await guess(ground.make("app", "src"));
      assert.deepEqual([top, facts, isPlain], [folder, null, false]);
      if (sentence !== undefined)
        assert.equal(warning, gitSays(ground.path("app", "src"), sentence));
    });

  it("does not take silence for an answer", async () => {
    const repository = makeRepository(ground.path("app"));
    wrapGit(ground, "kill -9 $$");
    const {
      path: top,
      isPlain,
      warning,
    } = await guess(ground.make("app", "src"));
    assert.deepEqual([top, isPlain], [repository, false]);
    assert.equal(warning, gitDidNotAnswer(ground.path("app", "src")));
  });
});
