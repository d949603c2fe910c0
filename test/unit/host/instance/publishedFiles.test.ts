import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { cannotWrite, notPrivate } from "../../../../src/core/pathErrors";
import { notFoundByAgents } from "../../../../src/core/messages/instances";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import {
  fingerprint,
  putLock,
  putOthersFiles,
} from "../../support/discoveryFiles";
import { needsRoot, useGround } from "../../support/ground";
import { freeRange } from "../../support/sockets";
import { systemError } from "../../support/systemError";
import { Window } from "../../support/window";

/** Ways to make a directory unusable, and what is then wrong with it. */
const faults: {
  what: string;
  needsRoot?: boolean;
  sabotage: (directory: string, aside: string) => void;
  fault: string;
  /** For a lock directory, which other tools may have left readable. */
  sharedFault?: string;
}[] = [
  {
    what: "a symbolic link",
    sabotage: (directory, aside) => {
      mkdirSync(aside, { mode: 0o700 });
      symlinkSync(aside, directory);
    },
    fault: "it is a symbolic link",
  },
  {
    what: "a file",
    sabotage: (directory) => {
      writeFileSync(directory, "");
    },
    fault: "it is not a directory",
  },
  {
    what: "writable by all",
    sabotage: (directory) => {
      mkdirSync(directory);
      chmodSync(directory, 0o777);
    },
    fault: "other users can open it",
    sharedFault: "other users can write to it",
  },
  {
    what: "another user's",
    needsRoot: true,
    sabotage: (directory) => {
      mkdirSync(directory, { mode: 0o700 });
      chownSync(directory, 12_345, 12_345);
    },
    fault: "it belongs to another user",
  },
];

describe("an instance", function () {
  const ground = useGround();
  let worktree: string;
  beforeEach(() => {
    worktree = ground.make("plain");
  });
  const open = async () =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [worktree],
      }),
    );
  /** The instance fails with one of these errors, and has published nothing. */
  const fails = async (window: Window, ...errors: readonly Error[]) => {
    const state = await until("the instance has failed", () => {
      const { state } = window.view(worktree) ?? {};
      return state?.kind === "failed" && state;
    });
    assert.ok(
      errors.some(({ message }) => message === state.error),
      state.error,
    );
    assert.ok(window.hasLogged("error", state.error));
    assert.ok(state.retryAt > Date.now());
    assert.ok(
      !existsSync(ground.locks) || readdirSync(ground.locks).length === 0,
    );
  };
  /** The instance runs without a lock file, and warns of this error. */
  const runsWithoutLock = async (window: Window, { message }: Error) => {
    const { warning } = await window.running(worktree);
    assert.equal(warning, `${message} ${notFoundByAgents}`);
    assert.ok(window.hasLogged("warn", warning));
    const agent = await Agent.connect(await window.record(worktree));
    assert.ok((await agent.request("ping")).result);
    agent.dispose();
  };

  for (const { what, sabotage, fault, ...how } of faults) {
    it(`fails and publishes nothing if its home is ${what}`, async function () {
      if (how.needsRoot) needsRoot(this);
      sabotage(ground.home, ground.path("aside"));
      const window = await open();
      await fails(window, notPrivate(ground.home, fault));
      if (existsSync(ground.path("aside")))
        assert.deepEqual(readdirSync(ground.path("aside")), []);
    });

    it(`runs without a lock file if the lock directory is ${what}`, async function () {
      if (how.needsRoot) needsRoot(this);
      ground.make("claude");
      sabotage(ground.locks, ground.path("aside"));
      const window = await open();
      await runsWithoutLock(
        window,
        notPrivate(ground.locks, how.sharedFault ?? fault),
      );
      for (const directory of [ground.locks, ground.path("aside")])
        if (statSync(directory, { throwIfNoEntry: false })?.isDirectory())
          assert.deepEqual(readdirSync(directory), []);
    });
  }

  it("fails if its home is readable by others", async () => {
    mkdirSync(ground.home, { mode: 0o755 });
    await fails(
      await open(),
      notPrivate(ground.home, "other users can open it"),
    );
  });

  it("closes a lock directory that is readable by others, and publishes its lock file there", async () => {
    chmodSync(ground.make("claude", "ide"), 0o755);
    const window = await open();
    assert.equal((await window.running(worktree)).warning, null);
    assert.equal(statSync(ground.locks).mode & 0o777, 0o700);
    assert.equal(readdirSync(ground.locks).length, 1);
    assert.ok(
      window.hasLogged("info", `Closed ${ground.locks} to other users (0700)`),
    );
  });

  it("fails if its home is read-only", async function () {
    needsRoot(this);
    ground.mount(ground.home, "ro,mode=0700");
    await fails(
      await open(),
      // Created at the same time.
      ...["instances", "addresses"].map((name) =>
        cannotWrite(path.join(ground.home, name), systemError("EROFS")),
      ),
    );
  });

  it("runs without a lock file if the lock directory is read-only", async function () {
    needsRoot(this);
    ground.mount(ground.locks, "ro,mode=0700");
    await runsWithoutLock(
      await open(),
      cannotWrite(ground.locks, systemError("EROFS")),
    );
  });

  const fill = (directory: string) => {
    assert.throws(
      () => {
        writeFileSync(path.join(directory, "filler"), Buffer.alloc(1_000_000));
      },
      { code: "ENOSPC" },
    );
  };

  it("fails if the disk of its home is full, until there is space again", async function () {
    needsRoot(this);
    ground.mount(ground.home, "size=64k,mode=0700");
    fill(ground.home);
    const window = await open();
    await fails(
      window,
      cannotWrite(path.join(ground.home, "instances"), systemError("ENOSPC")),
    );
    assert.deepEqual(fingerprint(path.join(ground.home, "instances")), []);
    rmSync(path.join(ground.home, "filler"));
    assert.equal((await window.host.start(worktree)).kind, "done");
    assert.equal(readdirSync(ground.locks).length, 1);
  });

  it("runs without a lock file if the disk of the lock directory is full", async function () {
    needsRoot(this);
    ground.mount(ground.locks, "size=64k,mode=0700");
    fill(ground.locks);
    await runsWithoutLock(
      await open(),
      cannotWrite(ground.locks, systemError("ENOSPC")),
    );
    assert.deepEqual(readdirSync(ground.locks), ["filler"]);
  });

  it("does not keep retrying a lock file that cannot be written", async () => {
    mkdirSync(ground.home, { mode: 0o700 });
    mkdirSync(path.join(ground.home, "instances"), { mode: 0o700 });
    ground.make("claude");
    writeFileSync(ground.locks, "");
    const window = await open();
    assert.ok((await window.running(worktree)).warning);
    const { instanceId } = await window.record(worktree);
    const file = path.join(ground.home, "instances", `${instanceId}.json`);
    const times = new Set<number>();
    for (let check = 0; check < 50; check += 1) {
      await window.host.list();
      times.add(statSync(file).mtimeMs);
    }
    assert.ok(times.size < 4, `written ${times.size} times`);
  });

  it("serves on under its new name, with a warning, if its home becomes read-only", async function () {
    needsRoot(this);
    const window = await open();
    const { port, token } = await window.record(worktree);
    const agent = ground.own(await Agent.connect({ port, token }));
    const records = path.join(ground.home, "instances");
    ground.mount(records, "ro,mode=0700");
    await window.reconcile({
      settings: { naming: "custom", nameTemplate: "new" },
    });
    const { warning } = await until("the instance has a warning", async () => {
      const state = await window.running(worktree);
      return state.warning !== null && state;
    });
    assert.equal(warning, cannotWrite(records, systemError("EROFS")).message);
    assert.equal(window.view(worktree)?.name, "new");
    assert.ok((await agent.request("ping")).result);
  });

  it("starts at the next reconcile once its home is usable again", async () => {
    mkdirSync(ground.home, { mode: 0o777 });
    chmodSync(ground.home, 0o777);
    const window = await open();
    const error = notPrivate(ground.home, "other users can open it");
    await fails(window, error);
    await window.reconcile();
    await fails(window, error);
    chmodSync(ground.home, 0o700);
    await window.reconcile();
    await window.record(worktree);
    assert.equal(readdirSync(ground.locks).length, 1);
  });

  it("fails if a parent of its home is a file", async () => {
    writeFileSync(ground.path("home"), "");
    const window = ground.own(
      await Window.open({
        home: ground.path("home", "sub"),
        lockDirectory: ground.locks,
        folders: [worktree],
      }),
    );
    await fails(
      window,
      cannotWrite(ground.path("home", "sub"), systemError("ENOTDIR")),
    );
  });

  it("does not change other programs' files in the lock directory, even for the ports it wants", async () => {
    await putOthersFiles(ground);
    const portRange = await freeRange(3);
    // The first two ports have other programs' lock files, one of them stale.
    putLock(ground, portRange.first, { pid: 1, ideName: "Neovim" });
    putLock(ground, portRange.first + 1, "{");
    const before = fingerprint(ground.locks);
    const window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [worktree, ground.make("second")],
        settings: { portRange },
      }),
    );
    await until("one runs and one has no port", () => {
      const kinds = window.views.map(({ state }) => state.kind).sort();
      return String(kinds) === "failed,running";
    });
    const own = `${portRange.last}.lock`;
    assert.ok(existsSync(path.join(ground.locks, own)));
    assert.deepEqual(
      fingerprint(ground.locks, (name) => name !== own),
      before,
    );
    await window.dispose();
    assert.deepEqual(fingerprint(ground.locks), before);
  });
});
