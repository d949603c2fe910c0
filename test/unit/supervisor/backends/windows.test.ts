// The backends of a window's worktrees: one of each for every window and agent of a worktree, and for as long as they want it.
import assert from "node:assert/strict";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { describeInstance } from "../../../../src/core/control/controlClient";
import { pidExists } from "../../../../src/core/system/processIdentity";
import type { MachineBackend } from "../../../../src/host/backendContract";
import { until } from "../../../harness/until";
import { backendWindows, web } from "../../support/backendWindows";
import { useGround } from "../../support/ground";
import {
  addWorktree,
  makeRepository,
  wrapGit,
} from "../../support/repositories";
import { marked, onPort } from "../../support/serve";

describe("a backend of a window's worktree", function () {
  const ground = useGround();
  const { open, view, is, ready, request } = backendWindows(ground);

  it("starts with the worktree if it is to, and else when somebody wants it", async () => {
    const window = await open({ web, later: onPort() });
    await ready(window);
    assert.equal(view(window, "later")?.state.kind, "stopped");
    await request(window, "later");
  });

  it("starts without git in a worktree that a window has open", async () => {
    const flag = ground.path("git-hangs");
    wrapGit(ground, `[ ! -e ${flag} ] || exec sleep 1000`);
    makeRepository(ground.path("app"));
    const window = await open({ web: onPort() });
    await is("stopped", window);
    writeFileSync(flag, "");
    const start = performance.now();
    await request(window);
    assert.ok(performance.now() - start < 5_000);
  });

  it("is one for all windows of a worktree, and another one for another worktree", async () => {
    const app = makeRepository(ground.path("app"));
    const feature = addWorktree(app, ground.path("feature"), "feature");
    const one = await open({ web });
    const two = await open({ web }, { folders: [app, feature] });
    const { pid } = await ready(one);
    assert.equal((await ready(two)).pid, pid);
    assert.notEqual((await ready(two, "web", feature)).pid, pid);
    await two.dispose();
    await is("ready", one);
    assert.ok(pidExists(pid));
    await one.dispose();
    await until("it has ended", () => !pidExists(pid));
  });

  it("that one window has asked for stays while another one has the worktree", async () => {
    const one = await open({ web: onPort() });
    const two = await open({ web: onPort() });
    const { pid } = await request(one);
    assert.equal((await ready(two)).pid, pid);
    await one.dispose();
    await two.reconcile();
    assert.equal((await ready(two)).pid, pid);
    assert.ok(pidExists(pid));
  });

  it("is told of and restarted by the instance of its worktree, and other windows know it", async () => {
    const one = await open({ web });
    const other = ground.make("other");
    const two = await open({}, { folders: [other] });
    const { pid, port } = await ready(one);
    const app = ground.path("app");
    const record = await one.record(app);
    const told = [{ name: "web", state: "ready", pid, port }];
    const plain = (backends: readonly MachineBackend[] = []) =>
      backends.map(({ name, state, pid, port }) => ({
        name,
        state,
        pid,
        port,
      }));
    assert.deepEqual(plain((await describeInstance(record)).backends), told);
    const inTwo = () =>
      two.machine.instances.find(({ worktree }) => worktree === app)?.backends;
    await until("the other window knows it", () => (inTwo() ?? []).length > 0);
    assert.deepEqual(plain(inTwo()), told);
    const restart = async (name: string) => {
      const response = await fetch(
        `http://127.0.0.1:${record.port}/berth/backends/${name}/restart`,
        {
          method: "POST",
          headers: { authorization: `Bearer ${record.controlToken}` },
        },
      );
      return [response.status, await response.json()];
    };
    assert.deepEqual(await restart("web"), [200, { restarted: true }]);
    const next = await ready(one);
    assert.notEqual(next.pid, pid);
    await until(
      "the other window knows that",
      () => inTwo()?.[0]?.pid === next.pid,
    );
    const [status, body] = await restart("no%20such");
    assert.equal(status, 409);
    assert.match(JSON.stringify(body), /no such/);
  });

  it("keeps its process over a reload, and while all windows are closed for a moment", async () => {
    const definition = { web: { ...onPort(), linger: 20 } };
    const before = await open(definition);
    const { pid, port } = await request(before);
    await before.dispose();
    const after = await open(definition);
    assert.deepEqual(
      [(await ready(after)).pid, (await ready(after)).port],
      [pid, port],
    );
  });

  it("stays stopped until somebody asks, also in windows that come later", async () => {
    const one = await open({ web });
    const { pid } = await ready(one);
    await one.host.stopBackend(ground.path("app"), "web");
    assert.ok(!pidExists(pid));
    const two = await open({ web });
    assert.equal((await is("stopped", two)).isWanted, false);
    await request(two);
    await is("ready", one);
  });

  it("is started once by a restart where it does not run", async () => {
    const window = await open({ web: onPort() });
    await until("it is told", () => view(window));
    const { host } = window;
    const app = ground.path("app");
    assert.equal((await host.restartBackend(app, "web")).kind, "done");
    await ready(window);
    assert.deepEqual(
      window.toldBackends.map(([view]) => view?.state.kind),
      ["stopped", "starting", "ready"],
    );
  });

  it("is another process after a restart, at the same port", async () => {
    const window = await open({ web });
    const { pid, port } = await ready(window);
    const outcome = await window.host.restartBackend(ground.path("app"), "web");
    assert.equal(outcome.kind, "done");
    const next = await ready(window);
    assert.notEqual(next.pid, pid);
    assert.equal(next.port, port);
    assert.ok(!pidExists(pid));
  });

  it("stops when nobody has used it for as long as it says, and starts again on demand", async () => {
    const idle = { ...web, idleMinutes: 0.02 };
    const window = await open({ web: idle });
    const { pid, port } = await ready(window);
    const used = await fetch(`http://127.0.0.1:${port}/stream`);
    await is("stopped", window);
    assert.ok(!pidExists(pid));
    await used.body?.cancel();
    // And has its time again.
    const again = await request(window);
    const end = performance.now() + 700;
    await until("more than a look has passed", () => {
      assert.ok(pidExists(again.pid));
      return performance.now() > end;
    });
    const stopped = await is("stopped", window);
    // Nobody has stopped it: agents that start get it.
    assert.equal(stopped.isWanted, true);
    // Another window wants it no more than the first one.
    const second = await open({ web: idle });
    await until("it is told", () => view(second));
    const third = await request(second);
    assert.deepEqual(
      second.toldBackends.map(([each]) => each?.state.kind),
      ["stopped", "starting", "ready"],
    );
    // Nor does one that comes with the next supervisor.
    await is("stopped", second);
    await second.killSupervisor();
    const told = second.toldBackends.length;
    await until("it is told anew", () => second.toldBackends.length > told);
    assert.ok(!pidExists(third.pid));
    assert.equal(view(second)?.isIdle, true);
    assert.equal(view(second)?.state.kind, "stopped");
  });

  it("starts with a worktree that is opened again, also if nobody used it before", async () => {
    const linger = { ...web, idleMinutes: 0.02, linger: 600 };
    const window = await open({ web: linger });
    const { pid } = await ready(window);
    await window.dispose();
    await until("it has ended", () => !pidExists(pid));
    await ready(await open({ web: linger }));
  });

  it("waits for a worktree that is away for a moment", async () => {
    const window = await open({ web });
    const { pid } = await ready(window);
    renameSync(ground.path("app"), ground.path("away"));
    await until("it has ended", () => !pidExists(pid) && !view(window));
    renameSync(ground.path("away"), ground.path("app"));
    await window.reconcile();
    const again = await ready(window);
    assert.notEqual(again.pid, pid);
    assert.equal(view(window)?.isWanted, null);
  });

  it("goes within two seconds with its worktree", async () => {
    const window = await open({ web });
    const { pid } = await ready(window);
    rmSync(ground.path("app"), { recursive: true });
    const start = performance.now();
    await until("it has ended", () => !pidExists(pid));
    assert.ok(performance.now() - start < 3_000);
  });

  it("is started again by the next supervisor if the first is killed, and nothing of it is left", async () => {
    const window = await open({ web: onPort("--daemon") });
    const { pid } = await request(window);
    const { id } = view(window) ?? { id: "" };
    await window.killSupervisor();
    await until("it runs again", () => {
      const state = view(window)?.state;
      return state?.kind === "ready" && state.pid !== pid;
    });
    assert.ok(!pidExists(pid));
    assert.equal(marked(id).length, 2);
  });

  it("is ended with a supervisor that hangs", async () => {
    const window = await open({ web });
    const { pid } = await ready(window);
    process.kill((await window.supervisor()).pid, "SIGSTOP");
    await until("it runs again", () => {
      const state = view(window)?.state;
      return state?.kind === "ready" && state.pid !== pid;
    });
    assert.ok(!pidExists(pid));
  });

  it("does not stay when all windows have gone while it started", async () => {
    const window = await open({ web: onPort("--delay", "1500") });
    void window.host
      .requestBackend(ground.path("app"), "web")
      .catch(() => undefined);
    const { id } = await is("starting", window);
    const supervisor = await window.supervisor();
    await window.dispose();
    await until("nothing runs", () => marked(id).length === 0);
    assert.ok(pidExists(supervisor.pid));
  });

  it("goes with the supervisor that a person ends, and comes with the next", async () => {
    const window = await open({ web });
    const { pid } = await ready(window);
    const supervisor = await window.supervisor();
    process.kill(supervisor.pid, "SIGTERM");
    await until("it has ended", () => !pidExists(supervisor.pid), 10_000);
    assert.ok(!pidExists(pid));
    await until("it runs again", () => {
      const state = view(window)?.state;
      return state?.kind === "ready" && state.pid !== pid;
    });
  });
});
