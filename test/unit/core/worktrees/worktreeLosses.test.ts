import assert from "node:assert/strict";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../../src/core/errors";
import { notAWorktree } from "../../../../src/core/worktreeErrors";
import {
  hasLosses,
  lossesOf,
  type WorktreeLosses,
} from "../../../../src/core/worktrees/worktreeLosses";
import { useGround } from "../../support/ground";
import {
  addWorktree,
  git,
  gitWith,
  makeRepository,
} from "../../support/repositories";

const NONE: WorktreeLosses = {
  uncommitted: [],
  untracked: [],
  ignored: [],
  ignoredIsCut: false,
  unpushed: [],
  stashes: [],
  operation: null,
  submodules: [],
  nested: [],
};

describe("lossesOf", () => {
  const ground = useGround();
  const write = (directory: string, file: string, text = "changed\n") => {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
  };
  const commit = (directory: string, message: string) => {
    const options = ["--quiet", "--allow-empty", "--all"];
    git(directory, "commit", ...options, `--message=${message}`);
  };
  /** A worktree on a branch that a remote has. */
  const make = (branch = "feature/x") => {
    const source = makeRepository(ground.path("source"));
    write(source, ".gitignore", "build/\n.env\nnode_modules/\n");
    git(source, "add", ".gitignore");
    commit(source, "second");
    const app = ground.path("app");
    git(source, "clone", "--quiet", source, app);
    return { app, linked: addWorktree(app, ground.path("linked"), branch) };
  };
  const expect = async (worktree: string, losses: Partial<WorktreeLosses>) => {
    const found = await lossesOf(worktree);
    assert.deepEqual(found, { ...NONE, ...losses });
    assert.equal(
      hasLosses(found),
      Object.keys(losses).some((name) => name !== "stashes"),
    );
  };

  it("are none in a clean worktree whose commits a remote has", async () => {
    const { app, linked } = make();
    for (const worktree of [app, linked]) await expect(worktree, {});
  });

  it("are changed, staged, deleted, renamed and untracked files, whatever they are called", async () => {
    const { linked } = make();
    for (const name of ["staged", "moved", "gone", "a b\n? forged"]) {
      write(linked, name, `${name}\n`);
      git(linked, "add", name);
    }
    commit(linked, "files");
    git(linked, "push", "--quiet", "origin", "HEAD");
    write(linked, "staged");
    git(linked, "add", "staged");
    git(linked, "mv", "moved", "to here");
    rmSync(path.join(linked, "gone"));
    write(linked, "a b\n? forged");
    write(linked, "-new\n! x/deep file");
    const { uncommitted, ...others } = await lossesOf(linked);
    assert.deepEqual([...uncommitted].sort(), [
      "a b\n? forged",
      "gone",
      "moved",
      "staged",
      "to here",
    ]);
    assert.deepEqual(
      { ...others, uncommitted: [] },
      { ...NONE, untracked: ["-new\n! x/deep file"] },
    );
  });

  it("are changes that git was told not to look for, too", async () => {
    const { linked } = make();
    git(linked, "update-index", "--skip-worktree", "a.txt");
    git(linked, "update-index", "--assume-unchanged", ".gitignore");
    await expect(linked, {});
    for (const file of ["a.txt", ".gitignore"])
      write(linked, file, "build/\n.env\n#mine\n");
    await expect(linked, { uncommitted: [".gitignore", "a.txt"] });
    rmSync(path.join(linked, "a.txt"));
    await expect(linked, { uncommitted: [".gitignore"] });
  });

  it("are ignored files, also in ignored folders, but none of node_modules", async () => {
    const { linked } = make();
    for (const file of [
      ".env",
      "build/local/.env",
      "build/node_modules/x",
      "node_modules/a/b",
      "src/.env",
    ])
      write(linked, file);
    await expect(linked, {
      ignored: [".env", "src/.env", "build/local/.env"],
    });
  });

  it("are at most 1,000 ignored files, those at the top first", async () => {
    const { linked } = make();
    write(linked, "build/deep/secret");
    for (let each = 0; each < 999; each += 1) write(linked, `build/${each}`);
    const all = await lossesOf(linked);
    assert.equal(all.ignored.length, 1_000);
    assert.equal(all.ignored.at(-1), "build/deep/secret");
    assert.equal(all.ignoredIsCut, false);
    write(linked, ".env");
    const cut = await lossesOf(linked);
    assert.equal(cut.ignored.length, 1_000);
    assert.ok(cut.ignored.includes(".env"));
    assert.equal(cut.ignoredIsCut, true);
  });

  it("are commits that no remote has", async () => {
    const { linked } = make();
    commit(linked, "mine: ä b");
    const id = git(linked, "rev-parse", "HEAD");
    // They stay with another branch, but that is on no remote either.
    git(linked, "branch", "other");
    await expect(linked, { unpushed: [{ commit: id, subject: "mine: ä b" }] });
    git(linked, "push", "--quiet", "origin", "HEAD:refs/heads/elsewhere");
    await expect(linked, {});
  });

  it("are, of a detached HEAD, commits that nothing else names", async () => {
    const { linked } = make();
    git(linked, "switch", "--quiet", "--detach");
    commit(linked, "lost");
    const id = git(linked, "rev-parse", "HEAD");
    await expect(linked, { unpushed: [{ commit: id, subject: "lost" }] });
    git(linked, "branch", "rescue");
    await expect(linked, {});
  });

  it("are, without any remote, commits of no other branch", async () => {
    const app = makeRepository(ground.path("app"));
    const linked = addWorktree(app, ground.path("linked"), "topic");
    await expect(linked, {});
    commit(linked, "mine");
    const id = git(linked, "rev-parse", "HEAD");
    await expect(linked, { unpushed: [{ commit: id, subject: "mine" }] });
    const unborn = ground.make("unborn");
    git(unborn, "init", "--quiet");
    write(unborn, "a");
    await expect(unborn, { untracked: ["a"] });
  });

  it("names the stashes of the branch, which stay", async () => {
    const { app, linked } = make();
    for (const [worktree, message] of [
      [app, "of main"],
      [linked, "mine: one"],
    ] as const) {
      write(worktree, "a.txt");
      git(worktree, "stash", "push", "--quiet", `--message=${message}`);
    }
    write(linked, "a.txt");
    git(linked, "stash", "push", "--quiet");
    const { stashes } = await lossesOf(linked);
    assert.equal(stashes.length, 2);
    assert.match(stashes[0] ?? "", /^stash@\{0\}: WIP on (feature\/)?x: /);
    assert.match(
      stashes[1] ?? "",
      /^stash@\{1\}: On (feature\/)?x: mine: one$/,
    );
    await expect(linked, { stashes });
  });

  for (const [operation, start] of [
    ["rebase", ["rebase", "main"]],
    ["merge", ["merge", "main"]],
    ["cherry-pick", ["cherry-pick", "main"]],
    ["revert", ["revert", "--no-edit", "HEAD~1"]],
  ] as const)
    it(`say that a ${operation} is going on`, async () => {
      const { app, linked } = make();
      for (const [worktree, texts] of [
        [app, ["theirs\n"]],
        [linked, ["mine\n", "mine again\n"]],
      ] as const)
        for (const text of texts) {
          write(worktree, "a.txt", text);
          commit(worktree, text.trim());
        }
      assert.throws(() => git(linked, ...start));
      const losses = await lossesOf(linked);
      assert.equal(losses.operation, operation);
      assert.deepEqual(losses.uncommitted, ["a.txt"]);
      assert.ok(hasLosses(losses));
    });

  it("say that a bisect is going on", async () => {
    const { linked } = make();
    git(linked, "bisect", "start");
    git(linked, "bisect", "bad");
    await expect(linked, { operation: "bisect" });
  });

  it("are what submodules hold, and no submodule that holds nothing", async () => {
    const library = makeRepository(ground.path("library"));
    const { linked } = make();
    git(linked, "submodule", "--quiet", "add", library, "a lib");
    commit(linked, "submodule");
    git(linked, "push", "--quiet", "origin", "HEAD");
    await expect(linked, {});
    const lib = path.join(linked, "a lib");
    write(lib, "a.txt");
    await expect(linked, { submodules: ["a lib"] });
    git(lib, "stash", "push", "--quiet");
    await expect(linked, { submodules: ["a lib"] });
    git(lib, "stash", "drop", "--quiet");
    await expect(linked, {});
    // On a branch that is not checked out, so the status of neither shows it.
    git(lib, "switch", "--quiet", "-c", "own");
    commit(lib, "own");
    git(lib, "switch", "--quiet", "main");
    await expect(linked, { submodules: ["a lib"] });
    git(lib, "switch", "--quiet", "--detach", "own");
    git(lib, "branch", "-D", "own");
    const moved = await lossesOf(linked);
    assert.deepEqual(
      [moved.submodules, moved.uncommitted],
      [["a lib"], ["a lib"]],
    );
  });

  it("are other worktrees and repositories that lie inside, ignored ones too", async () => {
    const { app, linked } = make();
    addWorktree(app, path.join(linked, ".claude", "worktrees", "x\ny"), "y");
    addWorktree(app, path.join(linked, "build", "tree"), "tree");
    makeRepository(path.join(linked, "other"));
    makeRepository(path.join(linked, "build", "deep", "repo"));
    const losses = await lossesOf(linked);
    assert.deepEqual([...losses.nested].sort(), [
      ".claude/worktrees/x\ny",
      "build/deep/repo",
      "build/tree",
      "other",
    ]);
    assert.deepEqual({ ...losses, nested: [] }, NONE);
  });

  it("are an ignored folder as a whole that may not be read", async function () {
    if (process.getuid?.() === 0) {
      this.runnable().title += " (skipped: root may read all)";
      this.skip();
    }
    const { linked } = make();
    write(linked, "build/closed/x");
    chmodSync(path.join(linked, "build", "closed"), 0);
    ground.defer(() => {
      chmodSync(path.join(linked, "build", "closed"), 0o700);
    });
    await expect(linked, { ignored: ["build/closed/"] });
  });

  it("are an error for a folder that is no worktree, or not its top", async () => {
    const { app, linked } = make();
    const sub = path.join(app, "sub");
    mkdirSync(sub);
    await assert.rejects(lossesOf(sub), notAWorktree(sub));
    rmSync(path.join(linked, ".git"));
    await assert.rejects(lossesOf(linked), UserError);
    await assert.rejects(lossesOf(ground.path("nothing")), UserError);
  });
});

describe("lossesOf, where git does not answer or fails", () => {
  const ground = useGround("suite");
  let app: string;

  before(() => {
    const library = makeRepository(ground.path("library"));
    app = makeRepository(ground.path("app"));
    git(app, "submodule", "--quiet", "add", library, "lib");
    git(app, "update-index", "--skip-worktree", "a.txt");
  });

  for (const command of [
    "rev-parse",
    "status",
    "ls-files",
    "hash-object",
    "log",
    "remote",
    "stash",
    "rev-list",
    "worktree",
  ])
    it(`throws, and never says "none": git ${command}`, async () => {
      const mute = { environment: gitWith(ground, command, "exit 1") };
      await assert.rejects(lossesOf(app, mute), /did not say why/);
      const slow = {
        environment: gitWith(ground, command, "exec sleep 60"),
        timeout: 2_000,
      };
      await assert.rejects(lossesOf(app, slow), /^UserError: git did not/);
    });
});
