// What the terminals of a window are told about their instances, by a real host.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Notice } from "../../../../src/core/agents/agentTerminal";
import {
  instanceLost,
  lossReasons,
} from "../../../../src/core/messages/terminals";
import { TerminalNotices } from "../../../../src/editor/terminals/terminalNotices";
import type { InstanceView } from "../../../../src/host/contract";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { Window } from "../../support/window";

describe("the notice of an agent's terminal", function () {
  const ground = useGround();
  let app: string;
  let window: Window;
  let notices: TerminalNotices;
  /** What the window was told of its instances, each time. */
  let reports: (readonly InstanceView[])[];
  const notice = () =>
    JSON.parse(readFileSync(ground.path("notice.json"), "utf8")) as Notice;
  const isTold = (sentence: string) =>
    until(`"${sentence}"`, () => {
      const told = notice();
      return told.kind === "stopped" && told.sentence === sentence;
    });
  const isServed = () =>
    until("the terminal knows its instance", async () => {
      const { port, instanceId } = await window.record(app);
      const told = notice();
      return (
        told.kind === "running" &&
        told.served.instanceId === instanceId &&
        told.served.port === port
      );
    });

  beforeEach(async () => {
    app = ground.make("app");
    reports = [];
    const listeners = new Set<() => void>();
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [app],
        onDidChange: () => {
          reports.push(window.views);
          for (const listener of listeners) listener();
        },
      }),
    );
    const nothing = () => undefined;
    notices = ground.own(
      new TerminalNotices(
        {
          get views() {
            return window.views;
          },
          onDidChange: (listener) => {
            listeners.add(listener);
            return { dispose: () => listeners.delete(listener) };
          },
        },
        {
          all: [{ worktree: app, notice: ground.path("notice.json") }],
          onDidChange: () => ({ dispose: nothing }),
        },
        { debug: nothing, info: nothing, warn: nothing, error: nothing },
      ),
    );
    // It is told only of changes, and was there before them.
    for (const listener of listeners) listener();
    await isServed();
  });

  it("says why its instance is gone, and goes away when it is back", async () => {
    await window.reconcile({ settings: { enabled: false } });
    await isTold(instanceLost("app", lossReasons.settings));
    await window.reconcile({ settings: { enabled: true } });
    await isServed();
    await window.reconcile({ folders: [] });
    await isTold(instanceLost("app", lossReasons.folder));
    await window.reconcile({ folders: [app] });
    await isServed();
    await window.host.stop(app);
    await isTold(instanceLost("app", lossReasons.user));
    await window.host.start(app);
    await isServed();
  });

  it("says nothing of the end of its window", async () => {
    const other = ground.make("other");
    await window.reconcile({ folders: [app, other] });
    const agent = ground.own(await Agent.connect(await window.record(other)));
    // It does not answer the goodbye, so the host is still ending long after the other instance has ended.
    agent.socket.pause();
    const before = notice();
    reports.length = 0;
    await window.dispose();
    await notices.dispose();
    assert.deepEqual(notice(), before);
    for (const { state } of reports.flat()) assert.equal(state.kind, "running");
  });

  it("says nothing while the supervisor is started again after its death", async () => {
    const { instanceId } = await window.record(app);
    reports.length = 0;
    await window.killSupervisor();
    await until("its successor", async () => {
      const record = await window.record(app);
      return record.instanceId !== instanceId;
    });
    await isServed();
    const kinds = reports.map((views) =>
      views.map(({ worktree, state }) => [worktree, state.kind].join(" ")),
    );
    assert.ok(kinds.length > 0);
    for (const each of kinds)
      assert.ok(
        [`${app} starting`, `${app} running`].includes(each.join()),
        JSON.stringify(kinds),
      );
  });
});
