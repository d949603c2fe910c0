// Whatever happens to windows and the supervisor at once, in turn, or at the worst moment.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Records } from "../../../src/core/registry/records";
import { isRunning } from "../../../src/core/control/supervisorRecord";
import { endSupervisors, supervisorsIn } from "../../harness/supervisors";
import { until } from "../../harness/until";
import { Agent } from "../support/agent";
import { Child } from "../support/children";
import { needsRoot, useGround } from "../support/ground";
import { makeRepository, wrapGit } from "../support/repositories";
import { isFree } from "../support/sockets";
import { Window, type WindowSetup } from "../support/window";

/** More milliseconds than a window waits for signs of life. */
const LONG = 15_000;

describe("windows and their supervisor", function () {
  const ground = useGround();
  const setup = (change: Partial<WindowSetup> = {}): WindowSetup => ({
    home: ground.home,
    lockDirectory: ground.locks,
    folders: [ground.make("app")],
    ...change,
    settings: { reloadGrace: 20_000, ...change.settings },
  });
  const open = async (change: Partial<WindowSetup> = {}) =>
    ground.own(await Window.open(setup(change)));
  const answers = async (agent: Agent) => {
    assert.ok((await agent.request("ping")).result);
    assert.ok(!(await agent.call("getOpenEditors")).isError);
    assert.equal(agent.closeCode, undefined);
  };
  const passed = (milliseconds: number) => {
    const end = performance.now() + milliseconds;
    return until("the time has passed", () => performance.now() > end, 60_000);
  };

  it("go on when the window's process stands still for longer than a sign of life takes", async () => {
    const child = new Child(ground, "window", setup());
    const record = await child.run();
    const agent = ground.own(await Agent.connect(record));
    process.kill(child.pid, "SIGSTOP");
    await passed(LONG);
    await answers(agent);
    process.kill(child.pid, "SIGCONT");
    const opening = await agent.call("openFile", {
      filePath: ground.path("app", "a.txt"),
    });
    assert.ok(!opening.isError);
    await answers(agent);
  });

  it("go on after both have stood still, as when the computer sleeps", async () => {
    const child = new Child(ground, "window", setup());
    const record = await child.run();
    const agent = ground.own(await Agent.connect(record));
    process.kill(record.pid, "SIGSTOP");
    process.kill(child.pid, "SIGSTOP");
    await passed(LONG);
    process.kill(child.pid, "SIGCONT");
    process.kill(record.pid, "SIGCONT");
    await answers(agent);
    await passed(LONG);
    await answers(agent);
    assert.equal((await supervisorsIn(ground.home))[0]?.pid, record.pid);
  });

  it("cut no agent when the window reloads twice in a row", async () => {
    const first = await open();
    const record = await first.record();
    const agent = ground.own(await Agent.connect(record));
    await first.dispose();
    const second = Window.open(setup());
    await (await second).dispose();
    const third = await open();
    assert.equal((await third.record()).instanceId, record.instanceId);
    await answers(agent);
  });

  it("do each call once while the user turns from one window to the other and back", async () => {
    const a = await open({ workspace: "file:///a", focusedAt: 1 });
    const b = await open({ workspace: "file:///b", focusedAt: 2 });
    const agent = ground.own(await Agent.connect(await a.record()));
    const filePath = ground.path("app", "a.txt");
    for (let turn = 0; turn < 50; turn += 1) {
      const focused = turn % 2 === 0 ? a : b;
      void focused.host.noteFocus(10 + turn);
      const { isError, content } = await agent.call("openFile", { filePath });
      assert.ok(!isError, content[0]?.text);
    }
    assert.equal(a.opened.length + b.opened.length, 50);
    assert.ok(a.opened.length > 10 && b.opened.length > 10);
    await answers(agent);
  });

  it("leave nothing behind when all are told to end at once, as at a logout", async () => {
    const children = ["a", "b", "c"].map(
      (name) =>
        new Child(ground, "window", setup({ folders: [ground.make(name)] })),
    );
    const records = await Promise.all(children.map((child) => child.run()));
    const pids = new Set(records.map(({ pid }) => pid));
    assert.equal(pids.size, 1);
    for (const pid of [...pids, ...children.map(({ pid }) => pid)])
      process.kill(pid, "SIGTERM");
    await endSupervisors(ground.home);
    assert.deepEqual(readdirSync(ground.locks), []);
    assert.deepEqual(readdirSync(path.join(ground.home, "instances")), []);
    assert.deepEqual(await supervisorsIn(ground.home), []);
    for (const { port } of records)
      await until("the port is free", () => isFree(port));
  });

  for (const wait of [0, 30, 60, 120, 180, 240])
    it(`come up although the supervisor is killed ${String(wait)} ms after its process is there`, async () => {
      const opening = Window.open(setup());
      const [pid] = await until("its process", () => {
        const found = processesOf(ground.home);
        return found.length > 0 && found;
      });
      await passed(wait);
      process.kill(pid ?? 0, "SIGKILL");
      const window = ground.own(await opening);
      const record = await until("another one has it", async () => {
        const current = await window.record();
        return current.pid !== pid && current;
      });
      await answers(ground.own(await Agent.connect(record)));
      assert.ok(await isRunning(await window.supervisor()));
    });

  it("are served by a successor while git still thinks about their folders", async () => {
    const blocked = ground.path("git is slow");
    wrapGit(ground, `while [ -e "${blocked}" ]; do sleep 0.05; done`);
    const app = makeRepository(ground.path("repository"));
    const window = await open({ folders: [app] });
    const before = await window.record();
    writeFileSync(blocked, "");
    await window.killSupervisor();
    const records = new Records(path.join(ground.home, "instances"));
    const after = await until("a successor serves", async () => {
      const all = await records.readAll();
      return all.find(({ instanceId }) => instanceId !== before.instanceId);
    });
    assert.deepEqual(
      [after.port, after.token, after.worktree, after.name],
      [before.port, before.token, app, before.name],
    );
    const agent = ground.own(await Agent.connect(after));
    rmSync(blocked);
    await window.reconcile();
    await answers(agent);
  });

  it("say so when the disk is full, and come up once there is room", async function () {
    needsRoot(this);
    ground.mount(ground.home, "size=64k,mode=0700");
    const filler = path.join(ground.home, "filler");
    assert.throws(() => {
      writeFileSync(filler, Buffer.alloc(1024 * 1024));
    }, /ENOSPC/);
    const window = await open();
    assert.ok(window.hasLogged("warn", "cannot be started"));
    await until("it says so", () => {
      const state = window.views[0]?.state;
      return (
        (state?.kind === "failed" &&
          state.error.includes("the disk is full")) ||
        (state?.kind === "running" &&
          state.warning?.includes("the disk is full"))
      );
    });
    rmSync(filler);
    await window.host.start(ground.path("app"));
    await answers(ground.own(await Agent.connect(await window.record())));
  });

  it("come up in the window's own process where none can be started", async () => {
    const program = process.execPath;
    ground.defer(() => {
      process.execPath = program;
    });
    // Spawning it fails with EACCES.
    process.execPath = ground.make("no-program");
    const window = await open();
    const record = await window.record();
    assert.equal(record.pid, process.pid);
    assert.ok(window.hasLogged("warn", "EACCES"));
    assert.ok(window.hasLogged("warn", "run in its own process"));
    await answers(ground.own(await Agent.connect(record)));
  });
});

/** The processes with this text in their command line. */
function processesOf(text: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      const isIt = command.includes("supervisor.js") && command.includes(text);
      return isIt ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
