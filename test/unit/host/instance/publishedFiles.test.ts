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
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import {
  fingerprint,
  putLock,
  putOthersFiles,
} from "../../support/discoveryFiles";
import { needsRoot, useGround } from "../../support/ground";
import { freeRange } from "../../support/sockets";
import { Window } from "../../support/window";

/** Ways to spoil a directory, and what the user is told. */
const faults: {
  what: string;
  isRoots?: boolean;
  spoil: (directory: string, aside: string) => void;
  says: RegExp;
}[] = [
  {
    what: "a symbolic link",
    spoil: (directory, aside) => {
      mkdirSync(aside, { mode: 0o700 });
      symlinkSync(aside, directory);
    },
    says: /^Berth does not use .*, because it is a symbolic link\. Make it a directory that only you can open/,
  },
  {
    what: "a file",
    spoil: (directory) => {
      writeFileSync(directory, "");
    },
    says: /^Berth does not use .*, because it is not a directory\./,
  },
  {
    what: "writable by all",
    spoil: (directory) => {
      mkdirSync(directory);
      chmodSync(directory, 0o777);
    },
    says: /^Berth does not use .*, because other users can (open|write to) it\./,
  },
  {
    what: "another user's",
    isRoots: true,
    spoil: (directory) => {
      mkdirSync(directory, { mode: 0o700 });
      chownSync(directory, 12_345, 12_345);
    },
    says: /^Berth does not use .*, because it belongs to another user\./,
  },
];

describe("a directory that is", function () {
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
  /** The instance fails with a sentence, and nothing of it can be found. */
  const fails = async (window: Window, says: RegExp) => {
    const state = await until("the instance has failed", () => {
      const { state } = window.view(worktree) ?? {};
      return state?.kind === "failed" && state;
    });
    assert.match(state.error, says);
    assert.ok(window.hasLogged("error", state.error));
    assert.ok(state.retryAt > Date.now());
    assert.ok(
      !existsSync(ground.locks) || readdirSync(ground.locks).length === 0,
    );
  };
  /** The instance runs on, without a lock file, and says so. */
  const runsWithoutLock = async (window: Window, says: RegExp) => {
    const { warning } = await window.running(worktree);
    assert.match(warning ?? "", says);
    assert.match(
      warning ?? "",
      / Until then agents do not find this instance by themselves\.$/,
    );
    assert.ok(window.hasLogged("warn", warning ?? "?"));
    const agent = await Agent.connect(await window.record(worktree));
    assert.ok((await agent.request("ping")).result);
    agent.dispose();
  };

  for (const { what, isRoots, spoil, says } of faults) {
    it(`${what} is no home: the instance fails and publishes nothing`, async function () {
      if (isRoots) needsRoot(this);
      spoil(ground.home, ground.path("aside"));
      const window = await open();
      await fails(window, says);
      if (existsSync(ground.path("aside")))
        assert.deepEqual(readdirSync(ground.path("aside")), []);
    });

    it(`${what} is no place for locks: the instance runs without one`, async function () {
      if (isRoots) needsRoot(this);
      ground.make("claude");
      spoil(ground.locks, ground.path("aside"));
      const window = await open();
      await runsWithoutLock(window, says);
      for (const directory of [ground.locks, ground.path("aside")])
        if (statSync(directory, { throwIfNoEntry: false })?.isDirectory())
          assert.deepEqual(readdirSync(directory), []);
    });
  }

  it("readable by others: is no home", async () => {
    mkdirSync(ground.home, { mode: 0o755 });
    await fails(
      await open(),
      /because other users can open it\. Make it a directory that only you can open \(chmod 700\)/,
    );
  });

  it("readable by others: is closed to them, and then holds the lock", async () => {
    chmodSync(ground.make("claude", "ide"), 0o755);
    const window = await open();
    assert.equal((await window.running(worktree)).warning, null);
    assert.equal(statSync(ground.locks).mode & 0o777, 0o700);
    assert.equal(readdirSync(ground.locks).length, 1);
    assert.ok(
      window.hasLogged("info", `Closed ${ground.locks} to other users (0700)`),
    );
  });

  it("read-only: is no home", async function () {
    needsRoot(this);
    ground.mount(ground.home, "ro,mode=0700");
    await fails(
      await open(),
      /^Berth cannot write .*, because the file system is read-only\. Make it writable and start the instance again\.$/,
    );
  });

  it("read-only: is no place for locks", async function () {
    needsRoot(this);
    ground.mount(ground.locks, "ro,mode=0700");
    await runsWithoutLock(
      await open(),
      /^Berth cannot write .*, because the file system is read-only\./,
    );
  });

  const fill = (directory: string) => {
    assert.throws(
      () => {
        writeFileSync(path.join(directory, "filling"), Buffer.alloc(1_000_000));
      },
      { code: "ENOSPC" },
    );
  };

  it("on a full disk: is no home, until there is room again", async function () {
    needsRoot(this);
    ground.mount(ground.home, "size=64k,mode=0700");
    fill(ground.home);
    const window = await open();
    await fails(
      window,
      /^Berth cannot write .*, because the disk is full\. Free some space and start the instance again\.$/,
    );
    assert.deepEqual(fingerprint(path.join(ground.home, "instances")), []);
    rmSync(path.join(ground.home, "filling"));
    assert.equal((await window.host.start(worktree)).kind, "done");
    assert.equal(readdirSync(ground.locks).length, 1);
  });

  it("on a full disk: is no place for locks", async function () {
    needsRoot(this);
    ground.mount(ground.locks, "size=64k,mode=0700");
    fill(ground.locks);
    await runsWithoutLock(
      await open(),
      /^Berth cannot write .*, because the disk is full\./,
    );
    assert.deepEqual(readdirSync(ground.locks), ["filling"]);
  });

  it("no place for locks: is not tried again and again without a reason", async () => {
    mkdirSync(ground.home, { mode: 0o700 });
    mkdirSync(path.join(ground.home, "instances"), { mode: 0o700 });
    ground.make("claude");
    writeFileSync(ground.locks, "");
    const window = await open();
    assert.ok((await window.running(worktree)).warning);
    const { instanceId } = await window.record(worktree);
    const file = path.join(ground.home, "instances", `${instanceId}.json`);
    const times = new Set<number>();
    for (let look = 0; look < 50; look += 1) {
      await window.host.list();
      times.add(statSync(file).mtimeMs);
    }
    assert.ok(times.size < 4, `written ${times.size} times`);
  });

  it("read-only after the start: the instance serves on under its new name, and says so", async function () {
    needsRoot(this);
    const window = await open();
    const { port, token } = await window.record(worktree);
    const agent = ground.own(await Agent.connect({ port, token }));
    ground.mount(path.join(ground.home, "instances"), "ro,mode=0700");
    await window.reconcile({
      settings: { naming: "custom", nameTemplate: "new" },
    });
    const { warning } = await until("the instance has a warning", async () => {
      const state = await window.running(worktree);
      return state.warning !== null && state;
    });
    assert.match(warning ?? "", /because the file system is read-only/);
    assert.equal(window.view(worktree)?.name, "new");
    assert.ok((await agent.request("ping")).result);
  });

  it("mended: a failed start is tried again", async () => {
    mkdirSync(ground.home, { mode: 0o777 });
    chmodSync(ground.home, 0o777);
    const window = await open();
    await fails(window, /because other users can open it/);
    await window.reconcile();
    await fails(window, /because other users can open it/);
    chmodSync(ground.home, 0o700);
    await window.reconcile();
    await window.record(worktree);
    assert.equal(readdirSync(ground.locks).length, 1);
  });

  it("in place of a parent: says so", async () => {
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
      /because a part of the path is not a directory\. Move that file away/,
    );
  });

  it("shared: nothing of another program in it is changed, also where its port is ours", async () => {
    await putOthersFiles(ground);
    const portRange = await freeRange(3);
    // Others' lock files stand for the first two ports, one of them stale.
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
