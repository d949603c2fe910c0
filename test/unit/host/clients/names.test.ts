// What agents are called, which of them is pointed to something, and that one is noticed which has died without a word.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { done } from "../../../../src/core/outcome";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { introduction, McpAgent } from "../../support/mcpAgent";
import { openWindow } from "../../support/window";

/** A client that only introduces itself, by the name that Gemini CLI and Qwen Code share. */
const script = ({ port, token }: { port: number; token: string }) => `
  const send = (body, headers) => fetch("http://127.0.0.1:${port}/mcp", {
    method: "POST",
    headers: {
      authorization: "Bearer ${token}",
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(body),
  });
  const introduction = ${JSON.stringify(introduction)};
  introduction.params.clientInfo.name = "streamable-http-client";
  const answer = await send(introduction);
  await answer.text();
  const session = answer.headers.get("mcp-session-id");
  await send({ jsonrpc: "2.0", method: "notifications/initialized" }, { "mcp-session-id": session });
  setInterval(() => undefined, 1000);
`;

describe("an agent", () => {
  const ground = useGround();
  const open = async () => {
    const worktree = ground.make("a");
    writeFileSync(path.join(worktree, "a.txt"), "one\n");
    const window = await openWindow(ground, [worktree]);
    const record = await window.record();
    const clients = () => window.machine.instances[0]?.clients ?? [];
    const labels = () => clients().map(({ label }) => label);
    const called = (...expected: string[]) =>
      until(
        `${expected.join(", ")} are connected`,
        () => labels().join() === expected.join(),
      );
    return { worktree, window, record, clients, called };
  };

  it("has a number where there are several of a name, and keeps it", async () => {
    const { record, called } = await open();
    const first = ground.own(await Agent.connect(record));
    ground.own(await Agent.connect(record));
    await called("Claude Code", "Claude Code #2");
    first.dispose();
    await called("Claude Code #2");
    ground.own(await Agent.connect(record));
    await called("Claude Code #2", "Claude Code");
  });

  for (const [file, label] of [
    ["gemini.mjs", "Gemini CLI"],
    ["qwen.mjs", "Qwen Code"],
  ] as const)
    it(`has its own name where its protocol gives another's, and is forgotten soon after it was killed: ${label}`, async () => {
      const { record, clients, called } = await open();
      writeFileSync(ground.path(file), script(record));
      const child = spawn(process.execPath, [ground.path(file)]);
      ground.defer(() => child.kill("SIGKILL"));
      await called(label);
      assert.equal(clients()[0]?.pid, child.pid);
      child.kill("SIGKILL");
      const killed = performance.now();
      await called();
      assert.ok(performance.now() - killed < 30_000);
    });

  it("gets alone what is sent to it alone", async () => {
    const { worktree, window, record, clients } = await open();
    const agents = [
      ground.own(await Agent.connect(record)),
      ground.own(await Agent.connect(record)),
    ];
    await until("both are known", () => clients().length === 2);
    const sent = await window.host.send({
      id: "1",
      to: { worktree },
      mentions: [{ path: path.join(worktree, "a.txt"), lines: null }],
      client: clients()[1]?.id,
    });
    assert.deepEqual(sent, done(1));
    await until("it is told", () => agents[1]?.notified("at_mentioned").length);
    await agents[0]?.request("ping");
    assert.deepEqual(agents[0]?.notified("at_mentioned"), []);
  });

  it("hears why a change is rejected, if it takes that", async () => {
    const { worktree, window, record } = await open();
    const agent = await McpAgent.connect(record);
    ground.defer(() => agent.dispose());
    const file = path.join(worktree, "a.txt");
    const answer = agent.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "two\n",
      tab_name: "a",
    });
    const shown = await until(
      "it is shown",
      () => [...window.diffs.values()][0],
    );
    shown.decide({ kind: "rejected", reason: "No numbers." });
    assert.deepEqual(
      (await answer).content.map(({ text }) => text),
      ["DIFF_REJECTED", "a", "The user's reason: No numbers."],
    );
  });
});
