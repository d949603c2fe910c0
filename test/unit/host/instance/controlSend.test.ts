import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { InstanceRecord } from "../../../../src/core/registry/formats";
import { sendTo } from "../../../../src/core/control/controlClient";
import { noSuchFile, notSent } from "../../../../src/core/sendErrors";
import { outsideWorktree } from "../../../../src/core/pathErrors";
import {
  bodyIsNotJson,
  bodyIsNotUnderstood,
} from "../../../../src/core/messages/protocol";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { Window } from "../../support/window";

describe("POST /berth/send", function () {
  const ground = useGround();
  let record: InstanceRecord;
  let worktree: string;
  beforeEach(async () => {
    worktree = ground.make("plain");
    writeFileSync(path.join(worktree, "a.txt"), "one\ntwo\nthree\n");
    record = await open(worktree).then((window) => window.record());
  });
  const open = async (folder: string) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [folder],
      }),
    );
  const connect = async () => ground.own(await Agent.connect(record));
  const post = async (body: unknown, signal?: AbortSignal) => {
    const response = await fetch(`http://127.0.0.1:${record.port}/berth/send`, {
      method: "POST",
      headers: { authorization: `Bearer ${record.controlToken}` },
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...(signal && { signal }),
    });
    const answer = (await response.json()) as { sent?: number; error?: string };
    return { status: response.status, ...answer };
  };
  const mentions = (agent: Agent) =>
    agent.notified("at_mentioned").map(({ params }) => params);
  const told = (agent: Agent, count: number) =>
    until("the agent is told", () => mentions(agent).length === count);

  it("points agents to a file or to lines of it, and answers how many were told", async () => {
    const agents = [await connect(), await connect()];
    const file = path.join(worktree, "a.txt");
    for (const body of [
      { file },
      { file: "a.txt", lines: "2" },
      { file, lines: "2-3" },
      { file, lines: { first: 1, last: 3 } },
    ])
      assert.deepEqual(await post(body), { status: 200, sent: 2 });
    for (const agent of agents) {
      await told(agent, 4);
      assert.deepEqual(mentions(agent), [
        { filePath: file },
        { filePath: file, lineStart: 1, lineEnd: 1 },
        { filePath: file, lineStart: 1, lineEnd: 2 },
        { filePath: file, lineStart: 0, lineEnd: 2 },
      ]);
    }
  });

  it("refuses a malformed body, and one with unknown or invalid fields", async () => {
    const agent = await connect();
    for (const body of ["", "{"])
      assert.deepEqual(await post(body), { status: 400, error: bodyIsNotJson });
    for (const body of [
      "[]",
      {},
      { file: "" },
      { file: 1 },
      { file: "a.txt", other: true },
      ...["0", "3-2", "1-", "-1", "a", "1-2-3", "", 1, null, [1, 2]].map(
        (lines) => ({ file: "a.txt", lines }),
      ),
      ...[
        { first: 1 },
        { first: 0, last: 1 },
        { first: 2, last: 1 },
        { first: 1.5, last: 2 },
        { first: 1, last: 2, more: 3 },
        { first: 1, last: 1e300 },
      ].map((lines) => ({ file: "a.txt", lines })),
    ]) {
      const { status, error } = await post(body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.ok(error?.startsWith(bodyIsNotUnderstood("")), error);
    }
    const { status } = await post({ file: "a".repeat(1024 * 1024) });
    assert.equal(status, 413);
    await post({ file: "a.txt" });
    await told(agent, 1);
  });

  it("refuses a file that is outside the worktree or missing", async () => {
    await connect();
    const outside = ground.path("outside.txt");
    writeFileSync(outside, "");
    const isOutside = outsideWorktree(outside, worktree);
    for (const [file, { message }] of [
      [outside, isOutside],
      ["../outside.txt", isOutside],
      ["missing.txt", noSuchFile(path.join(worktree, "missing.txt"))],
    ] as const)
      assert.deepEqual(await post({ file }), { status: 409, error: message });
    await assert.rejects(sendTo(record, { file: outside }), {
      name: "UserError",
      message: notSent("plain", isOutside.message).message,
    });
  });

  it("waits for the first agent, unless the caller goes away", async () => {
    const gone = new AbortController();
    const aborted = post({ file: "a.txt", lines: "1" }, gone.signal);
    const waiting = sendTo(record, { file: "a.txt" });
    const second = await open(ground.make("second"));
    const cancelled = second.host.send({
      id: "remote",
      to: { instanceId: record.instanceId },
      mentions: [
        { path: path.join(worktree, "a.txt"), lines: { first: 3, last: 3 } },
      ],
    });
    await second.host.list();
    gone.abort();
    await assert.rejects(aborted, { name: "AbortError" });
    await second.host.cancelSend("remote");
    assert.equal((await cancelled).kind, "failed");
    const agent = await connect();
    assert.equal(await waiting, 1);
    await told(agent, 1);
    assert.deepEqual(mentions(agent), [
      { filePath: path.join(worktree, "a.txt") },
    ]);
  });

  it("serves what another window sends", async () => {
    const agent = await connect();
    const second = await open(ground.make("second"));
    const file = path.join(worktree, "a.txt");
    const whole = { path: file, lines: null };
    const lines = { path: file, lines: { first: 2, last: 3 } };
    const to = { instanceId: record.instanceId };
    assert.deepEqual(
      await second.host.send({ id: "1", to, mentions: [whole, lines] }),
      { kind: "done", value: 1 },
    );
    await told(agent, 2);
    assert.deepEqual(mentions(agent)[1], {
      filePath: file,
      lineStart: 1,
      lineEnd: 2,
    });
  });
});
