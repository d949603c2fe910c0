// What windows, the user and a workspace define of backends, and what windows are told of them.
import assert from "node:assert/strict";
import { pidExists } from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";
import { backendWindows, parse, web } from "../../support/backendWindows";
import { useGround } from "../../support/ground";
import { define, fake, onPort } from "../../support/serve";

describe("a backend that is defined", function () {
  const ground = useGround();
  const { open, view, is, ready, request } = backendWindows(ground);

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
    await until("the window knows of none", () => window.backends.length === 0);
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
