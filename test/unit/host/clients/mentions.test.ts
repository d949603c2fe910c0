import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Mention } from "../../../../src/core/control/mention";
import { badPath, outsideWorktree } from "../../../../src/core/pathErrors";
import {
  cannotBePointed,
  noAgent,
  noSuchFile,
  sendingCancelled,
} from "../../../../src/core/sendErrors";
import { notRunning } from "../../../../src/core/errors";
import { failed } from "../../../../src/core/outcome";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { McpAgent } from "../../support/mcpAgent";
import { makeRepository } from "../../support/repositories";
import { Window } from "../../support/window";

describe("A mention", function () {
  const ground = useGround();
  let window: Window;
  let app: string;
  let file: string;
  beforeEach(async () => {
    app = makeRepository(ground.path("app"));
    file = path.join(app, "a.txt");
    writeFileSync(file, "one\ntwo\nthree\n");
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [app],
        // So long that only a flush sends the selection in time.
        settings: { selectionDebounce: 10_000 },
      }),
    );
  });
  const connect = async (worktree = app) =>
    ground.own(await Agent.connect(await window.record(worktree)));
  const send = (mention: Partial<Mention> = {}, id = "1", worktree = app) =>
    window.host.send({
      id,
      to: { worktree },
      mentions: [{ path: file, lines: null, ...mention }],
    });
  const mentions = (agent: Agent) =>
    agent.notified("at_mentioned").map(({ params }) => params);
  const mentioned = (agent: Agent) =>
    until("the agent is told", () => mentions(agent).length > 0);
  /** Resolves when earlier sends are waiting: the host handles calls in their order. */
  const whenWaiting = () => window.host.list();

  it("has 0-based lines, and none for a whole file", async () => {
    const agent = await connect();
    assert.deepEqual(await send({ lines: { first: 2, last: 4 } }), {
      kind: "done",
      value: 1,
    });
    await send();
    await until("both", () => mentions(agent).length === 2);
    assert.deepEqual(mentions(agent), [
      { filePath: file, lineStart: 1, lineEnd: 3 },
      { filePath: file },
    ]);
  });

  it("arrives after the selection, which is sent without its debounce", async () => {
    const agent = await connect();
    await send();
    await mentioned(agent);
    await window.host.pushState({
      selection: {
        text: "two",
        path: file,
        uri: pathToFileURL(file).href,
        range: {
          start: { line: 1, character: 0 },
          end: { line: 1, character: 3 },
        },
      },
    });
    await send({ lines: { first: 2, last: 2 } });
    await until("the second", () => mentions(agent).length === 2);
    const [, selection, mention] = agent.notifications;
    assert.equal(selection?.method, "selection_changed");
    assert.equal(selection.params?.["text"], "two");
    assert.equal(mention?.method, "at_mentioned");
  });

  it("reaches every agent of its instance that supports mentions, and no other agent", async () => {
    const other = makeRepository(ground.path("other"));
    await window.reconcile({ folders: [app, other] });
    const agents = [await connect(), await connect()];
    const stranger = await connect(other);
    ground.own(await McpAgent.connect(await window.record(app)));
    assert.deepEqual(await send(), { kind: "done", value: 2 });
    for (const agent of agents) await mentioned(agent);
    const inOther = path.join(other, "b.txt");
    writeFileSync(inOther, "");
    await send({ path: inOther }, "2", other);
    await mentioned(stranger);
    assert.deepEqual(mentions(stranger), [{ filePath: inOther }]);
    for (const agent of agents) assert.equal(mentions(agent).length, 1);
  });

  it("waits until the first agent has connected and listens", async () => {
    const sending = send({ lines: { first: 1, last: 1 } });
    await whenWaiting();
    const agent = await connect();
    assert.deepEqual(await sending, { kind: "done", value: 1 });
    await agent.request("tools/list");
    await agent.request("ping");
    assert.deepEqual(mentions(agent), []);
    await mentioned(agent);
    // An agent that connects later is not told again.
    const late = await connect();
    await send();
    await mentioned(late);
    assert.deepEqual(mentions(late), [{ filePath: file }]);
  });

  it("is not sent to a client that has not introduced itself", async () => {
    ground.own(await Agent.open(await window.record(app)));
    const sending = send();
    await whenWaiting();
    const agent = await connect();
    assert.deepEqual(await sending, { kind: "done", value: 1 });
    await mentioned(agent);
  });

  it("is dropped when it is cancelled, when the instance stops, and after 15 s", async () => {
    const cancelled = send({}, "cancelled");
    const stopped = send({}, "stopped");
    await whenWaiting();
    await window.host.cancelSend("cancelled");
    assert.deepEqual(await cancelled, failed(sendingCancelled()));
    await window.host.stop(app);
    assert.deepEqual(await stopped, failed(notRunning("app@main")));
    assert.deepEqual(await send(), failed(notRunning(app)));
    await window.host.start(app);
    const other = makeRepository(ground.path("other"));
    await window.reconcile({ folders: [app, other] });
    ground.own(await McpAgent.connect(await window.record(other)));
    const start = Date.now();
    const unheard = send({ path: path.join(other, "a.txt") }, "unheard", other);
    const late = await send();
    assert.deepEqual(late, failed(noAgent("app@main", app)));
    assert.ok(Date.now() - start > 14_000);
    assert.deepEqual(
      await unheard,
      failed(cannotBePointed("other@main", ["Gemini or Qwen"])),
    );
    const agent = await connect();
    await send({ lines: { first: 3, last: 3 } });
    await mentioned(agent);
    assert.equal(mentions(agent)[0]?.["lineStart"], 2);
  });

  it("is refused for a path that is outside the worktree, missing or unusable", async () => {
    const agent = await connect();
    const outside = ground.path("outside.txt");
    writeFileSync(outside, "");
    for (const [path, error] of [
      [outside, outsideWorktree(outside, app)],
      [`${app}/../outside.txt`, outsideWorktree(outside, app)],
      [`${file}.not`, noSuchFile(`${file}.not`)],
      ["", badPath("", "it is empty")],
    ] as const)
      assert.deepEqual(await send({ path }), failed(error));
    const spaced = path.join(app, "with space.txt");
    writeFileSync(spaced, "");
    await send({ path: spaced });
    await mentioned(agent);
    assert.deepEqual(mentions(agent), [{ filePath: spaced }]);
  });
});
