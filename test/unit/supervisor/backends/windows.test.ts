// The backends of a window's worktrees: one of each for every window and agent of a worktree, and for as long as they want it.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { parseBackends } from "../../../../src/core/backends/definition";
import { pidExists } from "../../../../src/core/system/processIdentity";
import type { BackendView } from "../../../../src/host/backendContract";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import { addWorktree, makeRepository } from "../../support/repositories";
import { define, fake, marked, onPort } from "../../support/serve";
import { Window, type WindowSetup } from "../../support/window";

type Ready = BackendView & { state: { kind: "ready" } };

describe("a backend of a window's worktree", function () {
  const ground = useGround();
  const parse = (backends: Readonly<Record<string, unknown>>) =>
    parseBackends(backends)?.definitions ?? [];
  const web = { ...onPort(), start: "withWorktree" };
  const open = async (
    backends: Readonly<Record<string, unknown>>,
    change: Partial<WindowSetup> = {},
  ) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [ground.make("app")],
        backends: parse(backends),
        ...change,
      }),
    );
  const view = (window: Window, name = "web", worktree = ground.path("app")) =>
    window.backends.find(
      (each) => each.name === name && each.worktree === worktree,
    );
  const is = (kind: string, window: Window, name = "web", worktree?: string) =>
    until(`${name} is ${kind}`, () => {
      const found = view(window, name, worktree);
      return found?.state.kind === kind && found;
    });
  const ready = async (window: Window, name = "web", worktree?: string) =>
    ((await is("ready", window, name, worktree)) as Ready).state;
  const request = async (window: Window, name = "web") => {
    const outcome = await window.host.requestBackend(ground.path("app"), name);
    assert.equal(outcome.kind, "done", JSON.stringify(outcome));
    return ready(window, name);
  };

  it("starts with the worktree if it is to, and else when somebody wants it", async () => {
    const window = await open({ web, later: onPort() });
    await ready(window);
    assert.equal(view(window, "later")?.state.kind, "stopped");
    await request(window, "later");
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

  it("is replaced when its definition changes, and ends when that is gone", async () => {
    const window = await open({ web });
    const { pid } = await ready(window);
    await window.reconcile({
      backends: { user: parse({ web: { ...web, env: { COLOUR: "blue" } } }) },
    });
    const next = await until("the other one is ready", () => {
      const found = view(window);
      return (
        found?.state.kind === "ready" && found.state.pid !== pid && found.state
      );
    });
    await until("the first has ended", () => !pidExists(pid));
    await window.reconcile({ backends: { user: [] } });
    await until("the second has ended", () => !pidExists(next.pid));
    assert.deepEqual(window.backends, []);
  });

  it("that backends.json defines is known to windows, and the user's settings count first", async () => {
    define(ground, { web: fake("--exit", "1"), file: onPort() });
    const window = await open({ web });
    await ready(window);
    await until("that of the file is known", () => view(window, "file"));
    await request(window, "file");
  });

  it("does not run in a workspace that is not trusted, and says so", async () => {
    const window = await open({ web });
    const { pid } = await ready(window);
    await window.reconcile({ isTrusted: false });
    await until("it has ended", () => !pidExists(pid));
    const outcome = await window.host.requestBackend(ground.path("app"), "web");
    assert.match(
      outcome.kind === "failed" ? outcome.message : "",
      /^web does not run for app: the workspace is not trusted/,
    );
    await window.reconcile({ isTrusted: true });
    await ready(window);
  });

  it("that a workspace defines runs for its worktrees alone, and not before the user has agreed", async () => {
    const workspace = await open({});
    await workspace.reconcile({
      backends: { refused: [["web", "you have not allowed it yet"]] },
    });
    const outcome = await workspace.host.requestBackend(
      ground.path("app"),
      "web",
    );
    assert.match(
      outcome.kind === "failed" ? outcome.message : "",
      /web does not run for app: you have not allowed it yet/,
    );
    await workspace.reconcile({
      backends: { refused: [], workspace: parse({ web }) },
    });
    await ready(workspace);
    const other = await open({}, { folders: [ground.make("other")] });
    await other.reconcile();
    assert.deepEqual(other.backends, []);
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
    await is("stopped", window);
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

  it("does not run for an instance that is stopped or switched off", async () => {
    const window = await open({ web });
    const { pid } = await ready(window);
    await window.host.stop(ground.path("app"));
    await until("it has ended", () => !pidExists(pid));
    const outcome = await window.host.requestBackend(ground.path("app"), "web");
    assert.match(
      outcome.kind === "failed" ? outcome.message : "",
      /^web does not run for app: its instance is stopped or switched off/,
    );
    await window.host.start(ground.path("app"));
    await ready(window);
    await window.reconcile({ settings: { enabled: false } });
    await is("refused", window);
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

  it("fails with a reason that every window shows, and can be asked for again", async () => {
    const window = await open({
      web: { ...fake("--say", "no such option", "--exit", "2"), url: web.url },
    });
    const outcome = await window.host.requestBackend(ground.path("app"), "web");
    assert.match(
      outcome.kind === "failed" ? outcome.message : "",
      /^web of app has failed: it ended with exit code 2 before it was ready\nno such option$/,
    );
    await until("it is tried again for a window that wants it", () => {
      const state = view(window)?.state;
      return state?.kind === "failed" && state.tail.includes("no such option");
    });
  });

  it("is shown as failed where a variable of its definition has no value", async () => {
    const window = await open({ web: onPort("${env:BERTH_TEST_NOT_SET}") });
    const { state } = await is("failed", window);
    assert.match(
      state.kind === "failed" ? state.reason : "",
      /BERTH_TEST_NOT_SET is not set/,
    );
  });

  it("tells what it writes to whoever follows its log, also after a restart", async () => {
    const window = await open({
      web: { ...web, args: [...web.args, "--say", "hello"] },
    });
    await ready(window);
    const recent = await window.host.followBackendLog(
      ground.path("app"),
      "web",
    );
    assert.match(recent, /^--- started: .*\nhello\n/m);
    await window.host.restartBackend(ground.path("app"), "web");
    await until("the log goes on", () =>
      /--- ended\n.*--- started: .*hello\n/s.test(window.backendLog.join("")),
    );
  });
});
