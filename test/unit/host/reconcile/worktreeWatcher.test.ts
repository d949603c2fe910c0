import assert from "node:assert/strict";
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { fingerprint } from "../../support/discoveryFiles";
import { needsRoot, useGround } from "../../support/ground";
import {
  addWorktree,
  git,
  makeRepository,
  removeWorktree,
  wrapGit,
} from "../../support/repositories";
import { isFree } from "../../support/sockets";
import { Window } from "../../support/window";

describe("the worktree watcher", function () {
  const ground = useGround();
  const open = async (...folders: string[]) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders,
      }),
    );
  const isNamed = (window: Window, worktree: string, name: string) =>
    until(
      `${worktree} is called ${name}`,
      async () =>
        window.view(worktree)?.name === name &&
        (await window.record(worktree)).name === name,
    );
  /** A window that does not know the worktree any more does not wait for its instance's end. */
  const isGone = (window: Window, worktree: string) =>
    until(
      `${worktree} has no instance, and no lock file`,
      () =>
        ["unknown", "stopped"].includes(window.stateOf(worktree)) &&
        !JSON.stringify(fingerprint(ground.locks)).includes(worktree),
    );

  it("renames an instance when its branch changes, without a restart", async () => {
    const app = makeRepository(ground.path("app"));
    const linked = addWorktree(app, ground.path("linked"), "topic");
    const window = await open(app, linked);
    const before = await window.record(app);
    const agent = ground.own(await Agent.connect(before));
    git(app, "checkout", "--quiet", "-b", "feature/new");
    await isNamed(window, app, "app@feature/new");
    git(linked, "checkout", "--quiet", "--detach");
    const commit = git(linked, "rev-parse", "HEAD").slice(0, 7);
    await isNamed(window, linked, `app@${commit}`);
    git(app, "branch", "--move", "renamed");
    await isNamed(window, app, "app@renamed");
    assert.deepEqual(await window.record(app), {
      ...before,
      name: "app@renamed",
      branch: "renamed",
    });
    assert.ok((await agent.request("ping")).result);
  });

  it("stops the instance of a worktree that is removed", async () => {
    const app = makeRepository(ground.path("app"));
    const linked = addWorktree(app, ground.path("linked"), "topic");
    const window = await open(app, linked);
    const { port } = await window.record(linked);
    const { instanceId } = await window.record(app);
    removeWorktree(app, linked);
    await isGone(window, linked);
    await until("its port is free", () => isFree(port));
    assert.equal(readdirSync(ground.locks).length, 1);
    assert.equal((await window.record(app)).instanceId, instanceId);
  });

  for (const kind of ["plain folder", "repository"])
    it(`stops the instance of a ${kind} that is deleted, and starts it when the folder is back`, async () => {
      const folder =
        kind === "repository"
          ? makeRepository(ground.path("x"))
          : ground.make("x");
      const window = await open(folder);
      await window.record(folder);
      rmSync(folder, { recursive: true });
      await isGone(window, folder);
      assert.deepEqual(fingerprint(ground.locks), []);
      mkdirSync(folder);
      await window.running(folder);
    });

  it("stops the instances below a folder that is moved away", async () => {
    const folder = ground.make("parent", "x");
    const window = await open(folder);
    await window.record(folder);
    renameSync(ground.path("parent"), ground.path("elsewhere"));
    await isGone(window, folder);
    assert.deepEqual(fingerprint(ground.locks), []);
  });

  it("keeps the list of worktrees current, even after the first ones are gone", async () => {
    const app = makeRepository(ground.path("app"));
    const window = await open(app);
    const lists = (...names: string[]) =>
      until(`${names.join() || "nothing"} is listed`, async () => {
        const { notRunning } = await window.host.list();
        return (
          String(notRunning.map((one) => path.basename(one.path)).sort()) ===
          String(names)
        );
      });
    for (const round of ["a", "b"]) {
      addWorktree(app, ground.path(`${round}1`), `${round}1`);
      await lists(`${round}1`);
      addWorktree(app, ground.path(`${round}2`), `${round}2`);
      await lists(`${round}1`, `${round}2`);
      removeWorktree(app, ground.path(`${round}1`));
      await lists(`${round}2`);
      // git removes its directory for worktrees together with the last of them.
      removeWorktree(app, ground.path(`${round}2`));
      await lists();
    }
  });

  it("names a plain folder that becomes a repository by its branch, without a restart", async () => {
    const folder = ground.make("plain");
    const window = await open(folder);
    const { instanceId } = await window.record();
    makeRepository(folder, "trunk");
    await until("the name of the branch", async () => {
      const record = await window.record();
      assert.equal(record.instanceId, instanceId);
      return record.name === "plain@trunk" && record.branch === "trunk";
    });
  });

  it("lists a worktree whose folder comes later than git's entry for it", async () => {
    const app = makeRepository(ground.path("app"));
    const window = await open(app);
    await window.record(app);
    const linked = addWorktree(app, ground.path("linked"), "topic");
    const aside = ground.path("aside");
    renameSync(linked, aside);
    const isListed = async () =>
      (await window.host.list()).notRunning.some(({ path }) => path === linked);
    await until("it is not listed", async () => !(await isListed()));
    renameSync(aside, linked);
    await until("it is listed", isListed);
  });

  it("tells which worktrees are locked, also those that no window has open", async () => {
    const app = makeRepository(ground.path("app"));
    const linked = addWorktree(app, ground.path("linked"), "topic");
    const window = await open(app);
    const locked = async () => (await window.host.list()).locked;
    await until("it is listed", async () => {
      const { notRunning } = await window.host.list();
      return notRunning.length === 1;
    });
    assert.deepEqual(await locked(), []);
    git(app, "worktree", "lock", linked);
    await until("it is locked", async () => {
      assert.deepEqual(await locked(), [linked]);
      return true;
    });
    git(app, "worktree", "unlock", linked);
    await until("it is not locked", async () => (await locked()).length === 0);
  });

  it("starts the instance of a worktree that is made again together with the folders around it", async () => {
    const app = makeRepository(ground.path("around", "it", "app"));
    const window = await open(app);
    await window.record(app);
    rmSync(ground.path("around"), { recursive: true });
    await isGone(window, app);
    makeRepository(app, "again");
    await isNamed(window, app, "app@again");
  });

  it("notices by looking what no event tells, and says so once", async function () {
    needsRoot(this);
    const app = makeRepository(ground.path("app"));
    const window = await open(app);
    await window.record(app);
    const other = makeRepository(ground.path("other"), "elsewhere");
    // Nothing is written: another git directory is mounted over this one.
    ground.bind(path.join(other, ".git"), path.join(app, ".git"));
    await isNamed(window, app, "app@elsewhere");
    assert.ok(window.hasLogged("info", /No event told of a change to/));
  });

  it("notices a branch switch where the ref store keeps HEAD in tables", async () => {
    const app = makeRepository(ground.path("app"));
    const gitDir = path.join(app, ".git");
    const branch = ground.path("branch");
    writeFileSync(path.join(gitDir, "HEAD"), "ref: refs/heads/.invalid\n");
    mkdirSync(path.join(gitDir, "reftable"));
    writeFileSync(branch, "one");
    wrapGit(
      ground,
      `case "$*" in *symbolic-ref*) cat "${branch}"; exit 0 ;; esac`,
    );
    const window = await open(app);
    await isNamed(window, app, "app@one");
    writeFileSync(branch, "two");
    writeFileSync(path.join(gitDir, "reftable", "tables.list"), "");
    await isNamed(window, app, "app@two");
  });
});
