import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import {
  branchExists,
  branchNameInvalid,
} from "../../../../src/core/messages/worktrees";
import {
  branchNotMade,
  gitWasSilent,
  noSuchBase,
  noSuchBranch,
  noSuchVariable,
  pathIsGits,
  pathIsInUse,
} from "../../../../src/core/worktreeErrors";
import {
  addWorktree,
  type NewBranch,
  suggestPath,
} from "../../../../src/core/worktrees/addWorktree";
import { useGround } from "../../support/ground";
import {
  addWorktree as addByHand,
  git,
  gitWith,
  makeRepository,
} from "../../support/repositories";

function branches(directory: string): string[] {
  return git(directory, "for-each-ref", "--format=%(refname)")
    .split("\n")
    .filter((ref) => ref.startsWith("refs/heads/"))
    .map((ref) => ref.slice("refs/heads/".length));
}

describe("addWorktree", () => {
  const ground = useGround();
  const add = async (directory: string, name: string, from: NewBranch) => {
    await addWorktree(directory, { path: ground.path(name), from });
    return ground.path(name);
  };
  const branchOf = (worktree: string) =>
    git(worktree, "symbolic-ref", "--short", "HEAD");
  const makeClone = () => {
    const source = makeRepository(ground.path("source"));
    git(source, "branch", "feature/x");
    const app = ground.path("app");
    git(source, "clone", "--quiet", source, app);
    return { source, app };
  };

  it("makes one for an existing branch, also where a tag has its name", async () => {
    const app = makeRepository(ground.path("app"));
    git(app, "branch", "topic");
    git(app, "commit", "--quiet", "--allow-empty", "--message=second");
    git(app, "tag", "topic");
    const made = await add(app, "a b\nc", {
      kind: "existing",
      branch: "topic",
    });
    assert.equal(branchOf(made), "heads/topic");
    assert.equal(git(made, "log", "--format=%s"), "first");
    await assert.rejects(
      add(app, "again", { kind: "existing", branch: "topic" }),
      /already checked out/,
    );
  });

  it("makes none for a branch that only a remote has, or that looks like an option", async () => {
    const { app } = makeClone();
    for (const branch of ["feature/x", "-f", "nothing"])
      await assert.rejects(
        add(app, "x", { kind: "existing", branch }),
        noSuchBranch(branch),
      );
    assert.deepEqual(branches(app), ["main"]);
    assert.ok(!existsSync(ground.path("x")));
  });

  it("makes a local branch that follows a remote one", async () => {
    const { app, source } = makeClone();
    git(app, "remote", "add", "team/fork", source);
    git(app, "fetch", "--quiet", "team/fork");
    const made = await add(app, "x", {
      kind: "remote",
      branch: "team/fork/feature/x",
    });
    assert.equal(branchOf(made), "feature/x");
    assert.equal(git(made, "config", "branch.feature/x.remote"), "team/fork");
    await assert.rejects(
      add(app, "y", { kind: "remote", branch: "origin/feature/x" }),
      branchNotMade(branchExists("feature/x")),
    );
  });

  it("makes a new branch on its base, which it does not follow", async () => {
    const { app } = makeClone();
    git(app, "config", "branch.autoSetupMerge", "always");
    const made = await add(app, "-dash", {
      kind: "new",
      branch: "new/one",
      base: "origin/feature/x",
    });
    assert.equal(branchOf(made), "new/one");
    assert.throws(() => git(made, "config", "branch.new/one.remote"));
  });

  it("refuses a bad name, a base that is none, and a place that is taken, and leaves nothing", async () => {
    const app = makeRepository(ground.path("app"));
    const before = branches(app);
    const from = (branch: string, base = "main") =>
      ({ kind: "new", branch, base }) as const;
    await assert.rejects(
      add(app, "x", from("a b")),
      branchNotMade(branchNameInvalid("a b")),
    );
    for (const base of ["nothing", "--orphan", "", "main:a.txt"])
      await assert.rejects(add(app, "x", from("x", base)), noSuchBase(base));
    writeFileSync(path.join(ground.make("full"), "f"), "");
    symlinkSync(ground.path("nowhere"), ground.path("link"));
    for (const name of ["full", "app", "link"])
      await assert.rejects(
        add(app, name, from("x")),
        pathIsInUse(ground.path(name)),
      );
    const inGit = path.join("app", ".git", "x");
    await assert.rejects(
      add(app, inGit, from("x")),
      pathIsGits(ground.path(inGit)),
    );
    assert.deepEqual(branches(app), before);
  });

  it("takes the branch back if git fails after it has made it, but none that another made", async () => {
    const app = makeRepository(ground.path("app"));
    writeFileSync(ground.path("file"), "");
    const from = { kind: "new", branch: "x", base: "main" } as const;
    // git makes the branch, and then no folder below a file.
    await assert.rejects(
      add(app, path.join("file", "x"), from),
      /Not a directory/,
    );
    assert.deepEqual(branches(app), ["main"]);
    const environment = gitWith(
      ground,
      "worktree add",
      `git() { PATH="$REAL_PATH" command git "$@"; }; git -C '${app}' branch x main`,
    );
    await assert.rejects(
      addWorktree(app, { path: ground.path("x"), from }, { environment }),
      /already exists/,
    );
    assert.deepEqual(branches(app), ["main", "x"]);
  });

  it("says that the worktree is there where only its hook has failed", async () => {
    const app = makeRepository(ground.path("app"));
    const hook = path.join(app, ".git", "hooks", "post-checkout");
    mkdirSync(path.dirname(hook), { recursive: true });
    writeFileSync(hook, "#!/bin/sh\necho 'fatal: no cake' >&2\nexit 1\n", {
      mode: 0o755,
    });
    await assert.rejects(
      add(app, "x", { kind: "new", branch: "x", base: "main" }),
      /was made, but not without a failure: git says: no cake/,
    );
    assert.equal(branchOf(ground.path("x")), "x");
  });

  it("makes branches of two pull requests at once, each on its own commit", async () => {
    const { app, source } = makeClone();
    const numbers = [7, 8] as const;
    for (const number of numbers) {
      git(source, "switch", "--quiet", "--detach", "main");
      const message = `--message=pull request ${number}`;
      git(source, "commit", "--quiet", "--allow-empty", message);
      git(source, "update-ref", `refs/pull/${number}/head`, "HEAD");
    }
    const made = await Promise.all(
      numbers.map((number) =>
        add(app, `pr ${number}`, {
          kind: "pullRequest",
          pullRequest: {
            remote: "origin",
            number,
            ref: `refs/pull/${number}/head`,
          },
          branch: `pr/${number}`,
        }),
      ),
    );
    assert.deepEqual(
      made.map((each) => [
        branchOf(each),
        git(each, "log", "-1", "--format=%s"),
      ]),
      [
        ["pr/7", "pull request 7"],
        ["pr/8", "pull request 8"],
      ],
    );
    assert.doesNotMatch(git(app, "for-each-ref"), /refs\/berth/);
  });

  it("throws where git does not answer", async () => {
    const app = makeRepository(ground.path("app"));
    const from = { kind: "new", branch: "x", base: "main" } as const;
    const environment = gitWith(ground, "worktree add", "exec sleep 60");
    const options = { environment, timeout: 1_000 };
    await assert.rejects(
      addWorktree(app, { path: ground.path("x"), from }, options),
      gitWasSilent(app),
    );
  });
});

describe("suggestPath", () => {
  const ground = useGround();
  const place = "${repositoryParent}/${repository}.worktrees/${branch}";

  it("fills in the place, from any worktree of the repository", async () => {
    const app = makeRepository(ground.path("my app"));
    const linked = addByHand(app, ground.path("elsewhere", "x"), "x");
    for (const directory of [app, linked])
      assert.equal(
        await suggestPath(directory, "feature/$&/ü", place),
        ground.path("my app.worktrees", "feature-$&-ü"),
      );
    assert.equal(
      await suggestPath(linked, "b", "../${branch}"),
      ground.path("b"),
    );
    const environment = { ...process.env, HOME: "/home/me" };
    assert.equal(
      await suggestPath(app, "b", "${home}/w/${branch}", { environment }),
      "/home/me/w/b",
    );
  });

  it("never is a path that exists, or that a missing worktree has", async () => {
    const app = makeRepository(ground.path("app"));
    ground.make("app.worktrees", "x");
    symlinkSync("nowhere", ground.path("app.worktrees", "x-2"));
    const third = ground.path("app.worktrees", "x-3");
    assert.equal(await suggestPath(app, "x", place), third);
    addByHand(app, third, "y");
    rmSync(third, { recursive: true });
    assert.equal(
      await suggestPath(app, "x", place),
      ground.path("app.worktrees", "x-4"),
    );
  });

  for (const name of ["app.git", "app/.bare"])
    it(`is beside the bare repository ${name}`, async () => {
      const source = makeRepository(ground.path("source"));
      const bare = ground.path(name);
      git(source, "clone", "--quiet", "--bare", source, bare);
      const linked = addByHand(bare, ground.path("linked"), "topic");
      for (const directory of [bare, linked])
        assert.equal(
          await suggestPath(directory, "x", place),
          ground.path("app.worktrees", "x"),
        );
    });

  it("refuses another variable, and a place in a folder .git", async () => {
    const app = makeRepository(ground.path("app"));
    await assert.rejects(
      suggestPath(app, "x", "/${port}/${branch}"),
      noSuchVariable("port"),
    );
    symlinkSync(path.join(app, ".git"), ground.path("link"));
    for (const wanted of [".git/${branch}", "../link/${branch}"])
      await assert.rejects(
        suggestPath(app, "x", wanted),
        pathIsGits(path.resolve(app, wanted.replace("${branch}", "x"))),
      );
  });
});
