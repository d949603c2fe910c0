import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  branchExists,
  branchNameBlocked,
  branchNameInvalid,
} from "../../../../src/core/messages/worktrees";
import { gitWasSilent } from "../../../../src/core/worktreeErrors";
import {
  checkBranchName,
  listBranches,
} from "../../../../src/core/worktrees/branches";
import { useGround } from "../../support/ground";
import {
  addWorktree,
  git,
  gitWith,
  makeRepository,
} from "../../support/repositories";

describe("listBranches", () => {
  const ground = useGround();
  it("lists local and remote ones, the newest first, without the names of others", async () => {
    const source = makeRepository(ground.path("source"));
    git(source, "branch", "feature/x");
    const app = ground.path("app");
    git(source, "clone", "--quiet", source, app);
    git(app, "remote", "add", "team/fork", source);
    const x = addWorktree(app, ground.path("x y"), "feature/x");
    const time = git(app, "log", "-1", "--format=%ct");
    git(x, "commit", "--quiet", "--allow-empty", "--message=a\tb  c\n\nbody");
    git(app, "branch", "old", "HEAD");
    const { local, remote, defaultBase, remotes } = await listBranches(x);
    assert.deepEqual(
      local.map(({ name, checkedOutIn }) => [name, checkedOutIn]).sort(),
      [
        ["feature/x", x],
        ["main", app],
        ["old", null],
      ],
    );
    assert.equal(
      local.find(({ name }) => name === "feature/x")?.subject,
      "a\tb  c",
    );
    assert.deepEqual(
      local.find(({ name }) => name === "old"),
      {
        name: "old",
        checkedOutIn: null,
        committedAt: Number(time) * 1000,
        subject: "first",
      },
    );
    assert.deepEqual(
      remote.map(({ name, checkedOutIn }) => [name, checkedOutIn]).sort(),
      [
        ["origin/feature/x", null],
        ["origin/main", null],
      ],
    );
    assert.equal(defaultBase, "origin/main");
    assert.deepEqual([...remotes].sort(), ["origin", "team/fork"]);
  });

  it("sorts them by the time of their last commit", async () => {
    const app = makeRepository(ground.path("app"), "trunk");
    for (const [name, year] of [
      ["a", 2031],
      ["b", 2033],
      ["c", 2032],
    ] as const) {
      const tree = git(app, "rev-parse", "HEAD^{tree}");
      const date = `${Date.UTC(year) / 1000} +0000`;
      const id = execFileSync(
        "git",
        ["-C", app, "hash-object", "-t", "commit", "-w", "--stdin"],
        {
          encoding: "utf8",
          input: `tree ${tree}\nauthor A <a@b> 0 +0000\ncommitter A <a@b> ${date}\n\n${name}\n`,
        },
      ).trim();
      git(app, "branch", name, id);
    }
    const { local, defaultBase } = await listBranches(app);
    assert.deepEqual(
      local.map(({ name }) => name),
      ["b", "c", "a", "trunk"],
    );
    assert.equal(local[0]?.committedAt, Date.UTC(2033, 0, 1));
    // Neither a remote nor a usual name.
    assert.equal(defaultBase, "trunk");
  });

  it("takes no branch of a bare repository for checked out", async () => {
    const source = makeRepository(ground.path("source"));
    const bare = ground.path("app.git");
    git(source, "clone", "--quiet", "--bare", source, bare);
    const { local, defaultBase } = await listBranches(bare);
    assert.deepEqual(
      local.map(({ name, checkedOutIn }) => [name, checkedOutIn]),
      [["main", null]],
    );
    assert.equal(defaultBase, "main");
  });

  it("throws where git does not answer, and has none in a repository without a commit", async () => {
    const app = ground.make("app");
    git(app, "init", "--quiet");
    const none = { local: [], remote: [], defaultBase: null, remotes: [] };
    assert.deepEqual(await listBranches(app), none);
    for (const command of ["for-each-ref", "worktree", "remote"]) {
      const environment = gitWith(ground, command, "exec sleep 60");
      await assert.rejects(
        listBranches(app, { environment, timeout: 300 }),
        gitWasSilent(app),
      );
    }
  });
});

describe("checkBranchName", () => {
  const ground = useGround();

  it("says what is wrong with a name, and nothing of a good one", async () => {
    const app = makeRepository(ground.path("app"));
    git(app, "branch", "feature/x");
    const bad = [
      "",
      "-x",
      "a b",
      "a..b",
      "@{-1}",
      "HEAD",
      "a.lock",
      "a:b",
      "a\nb",
    ];
    for (const name of bad)
      assert.equal(await checkBranchName(app, name), branchNameInvalid(name));
    assert.equal(await checkBranchName(app, "main"), branchExists("main"));
    assert.equal(
      await checkBranchName(app, "feature"),
      branchNameBlocked("feature", "feature/x"),
    );
    assert.equal(
      await checkBranchName(app, "main/y/z"),
      branchNameBlocked("main/y/z", "main"),
    );
    for (const name of ["feature/y", "mai", "main2", "ä-€", "feat"])
      assert.equal(await checkBranchName(app, name), null);
  });

  it("throws where git does not answer", async () => {
    const app = makeRepository(ground.path("app"));
    for (const command of ["check-ref-format", "for-each-ref"]) {
      const environment = gitWith(ground, command, "exec sleep 60");
      await assert.rejects(
        checkBranchName(app, "x", { environment, timeout: 300 }),
        gitWasSilent(app),
      );
    }
  });
});
