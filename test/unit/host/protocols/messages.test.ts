import assert from "node:assert/strict";
import fc from "fast-check";
import { version } from "../../../../package.json";
import type { InstanceRecord } from "../../../../src/core/registry/formats";
import { answerTooLarge, proposalTooLarge } from "../../../../src/core/errors";
import { tooMuchSyntax } from "../../../../src/core/messages/protocol";
import {
  excessOf,
  MAX_SYNTAX_BYTES,
} from "../../../../src/host/protocols/jsonMessage";
import { MAX_PROPOSAL_BYTES } from "../../../../src/host/tools/openDiff";
import { MAX_ANSWER_BYTES } from "../../../../src/host/tools/tool";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { Window } from "../../support/window";

const MEGABYTE = 1024 * 1024;

describe("the WebSocket protocol", function () {
  const ground = useGround("suite");
  let window: Window;
  let record: InstanceRecord;
  let agent: Agent;
  before(async () => {
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [ground.make("plain")],
      }),
    );
    record = await window.record();
  });
  beforeEach(async () => {
    agent = ground.own(await Agent.connect(record));
  });
  afterEach(() => {
    agent.dispose();
  });
  const stillAnswers = async () => {
    assert.deepEqual((await agent.request("ping")).result, {});
  };
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  it("introduces itself as an MCP server with tools", async () => {
    const answer = await agent.request("initialize", {
      protocolVersion: "2025-06-18",
      capabilities: { roots: {}, elicitation: {} },
      clientInfo: { name: "claude-code", version: "1.0.128" },
    });
    assert.deepEqual(answer.result, {
      protocolVersion: "2025-06-18",
      capabilities: { tools: {} },
      serverInfo: { name: "berth", version },
    });
  });

  it("serves several clients at once, each with its own answers", async () => {
    const others = await Promise.all(
      Array.from({ length: 7 }, () => Agent.connect(record)),
    );
    for (const other of others) ground.own(other);
    const all = [agent, ...others];
    const rounds = Array.from({ length: 20 }, () =>
      all.map((one) => one.callForJson("getWorkspaceFolders")),
    ).flat();
    const answers = new Set(
      (await Promise.all(rounds)).map((one) => JSON.stringify(one)),
    );
    assert.equal(answers.size, 1);
    const { clients } = await window.running();
    assert.equal(clients.length, 8);
    assert.equal(new Set(clients.map(({ id }) => id)).size, 8);
    for (const other of others) other.dispose();
    await until(
      "the window knows that they have gone",
      async () => (await window.running()).clients.length === 1,
    );
    await stillAnswers();
  });

  it("knows how its clients have introduced themselves", async () => {
    const client = await until("the client is known", async () =>
      (await window.running()).clients.find(({ pid }) => pid !== null),
    );
    assert.equal(client.name, "claude-code");
    assert.equal(client.version, "2.1.0");
    assert.equal(client.pid, process.pid);
  });

  for (const text of ["", "{", "nonsense", '{"jsonrpc":"2.0",}', "\0"])
    it(`answers -32700 to ${JSON.stringify(text)}`, async () => {
      agent.send(text);
      assert.equal((await agent.answer(null)).error?.code, -32_700);
      await stillAnswers();
    });

  for (const text of [
    "[]",
    "1",
    "null",
    '"text"',
    "{}",
    '{"jsonrpc":"1.0","id":7,"method":"ping"}',
    '{"id":7,"method":"ping"}',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    '{"jsonrpc":"2.0","id":7,"method":1}',
    '[{"jsonrpc":"2.0","id":7,"method":"ping"}]',
    '{"__proto__":{"jsonrpc":"2.0"}}',
  ])
    it(`answers -32600 to ${text}`, async () => {
      agent.send(text);
      const id = /^\{.*"id":7/.test(text) ? 7 : null;
      assert.equal((await agent.answer(id)).error?.code, -32_600);
      await stillAnswers();
    });

  it("answers -32601 to an unknown method", async () => {
    assert.equal((await agent.request("no/such")).error?.code, -32_601);
    assert.equal((await agent.request("constructor")).error?.code, -32_601);
    await stillAnswers();
  });

  it("ignores unknown notifications and unsolicited answers", async () => {
    const { length } = agent.answers;
    agent.notify("no/such", { a: 1 });
    agent.send({ jsonrpc: "2.0", id: 99, result: {} });
    agent.send({ jsonrpc: "2.0", id: 99, error: { code: 1, message: "x" } });
    agent.notify("ide_connected", { pid: "x" });
    await stillAnswers();
    assert.equal(agent.answers.length, length + 1);
  });

  it("accepts 64 levels of nesting and answers -32600 to more, however many", async () => {
    const envelope = (value: string) =>
      `{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":${value}}}`;
    agent.send(envelope(nested(62)));
    assert.ok((await agent.answer(7)).result);
    agent.answers.length = 0;
    agent.send(envelope(nested(63)));
    assert.equal((await agent.answer(7)).error?.code, -32_600);
    agent.send(nested(1_000_000));
    assert.equal((await agent.answer(null)).error?.code, -32_600);
    await stillAnswers();
  });

  for (const [what, value] of [
    ["brackets", nested(4_900_000)],
    ["objects", `[${"{},".repeat(3_200_000)}1]`],
    ["digits", "1".repeat(9_900_000)],
    ["blanks", `${" ".repeat(9_900_000)}1`],
    ["numbers", `[${"1,".repeat(4_900_000)}1]`],
    [
      "members",
      `{${Array.from({ length: 800_000 }, (_, index) => `"k${index}":0`).join()}}`,
    ],
  ] as const)
    it(`refuses 10 MB of ${what} without parsing them`, async () => {
      const other = ground.own(await Agent.connect(record));
      agent.send(
        `{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":${value}}}`,
      );
      assert.equal((await agent.answer(null)).error?.code, -32_600);
      // The host was free for others all the time: parsing takes seconds.
      const start = performance.now();
      await other.request("ping");
      assert.ok(performance.now() - start < 500);
      await until("the refusal is logged", () =>
        window.hasLogged("warn", "Claude Code: message refused"),
      );
      other.dispose();
    });

  it("counts what is outside of strings, and nothing in them", () => {
    const excess = (text: string) =>
      excessOf(Buffer.from(text), 64, MAX_SYNTAX_BYTES);
    const array = (bytes: number) => `[${"0,".repeat((bytes - 4) / 2)}00]`;
    assert.equal(excess(array(MAX_SYNTAX_BYTES)), undefined);
    assert.equal(
      excess(array(MAX_SYNTAX_BYTES + 2)),
      tooMuchSyntax(MAX_SYNTAX_BYTES),
    );
    for (const text of [array(2 * MAX_SYNTAX_BYTES), '\\",'.repeat(100_000)])
      assert.equal(excess(JSON.stringify({ [text]: text, x: 1 })), undefined);
  });

  it("refuses an id of more than a million characters, which it would have to repeat", async () => {
    agent.send({
      jsonrpc: "2.0",
      id: "x".repeat(2 * MEGABYTE),
      method: "ping",
    });
    assert.equal((await agent.answer(null)).error?.code, -32_600);
    await stillAnswers();
  });

  it("counts the levels of nesting in any JSON", () => {
    const depthOf = (value: unknown): number =>
      typeof value === "object" && value !== null
        ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
        : 0;
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("[[[", '\\"{', "\\", '"['),
    );
    const anything = fc.object({
      maxDepth: 6,
      key: text,
      values: [text, fc.integer()],
    });
    fc.assert(
      fc.property(anything, fc.integer({ min: 0, max: 8 }), (value, limit) => {
        // As on the wire: what JSON cannot hold is dropped or converted.
        const json = JSON.stringify(value);
        assert.equal(
          excessOf(Buffer.from(json), limit, Infinity) !== undefined,
          depthOf(JSON.parse(json)) > limit,
          json,
        );
      }),
    );
  });

  it("reads binary frames as text", async () => {
    const ping = { jsonrpc: "2.0", id: "bin", method: "ping" };
    agent.socket.send(Buffer.from(JSON.stringify(ping)), { binary: true });
    assert.deepEqual((await agent.answer("bin")).result, {});
  });

  it("reassembles fragmented messages", async () => {
    agent.socket.send('{"jsonrpc":"2.0","id":"frag",', { fin: false });
    agent.socket.send('"method":"ping"}', { fin: true });
    assert.deepEqual((await agent.answer("frag")).result, {});
  });

  it("accepts a message of nearly 10 MB and closes with 1009 after a larger one", async () => {
    const message = (size: number) =>
      JSON.stringify({
        jsonrpc: "2.0",
        id: size,
        method: "ping",
        params: { x: "x".repeat(size) },
      });
    agent.send(message(10 * MEGABYTE - 100));
    assert.ok((await agent.answer(10 * MEGABYTE - 100)).result);
    agent.send(message(10 * MEGABYTE));
    assert.equal(await agent.closed(), 1009);
    await until("that is logged", () =>
      window.hasLogged("warn", /Claude Code: .*1009/),
    );
    agent = ground.own(await Agent.connect(record));
    // The limit is the same for fragments.
    for (let piece = 0; piece < 11; piece += 1)
      agent.socket.send("x".repeat(MEGABYTE), { fin: piece === 10 });
    assert.equal(await agent.closed(), 1009);
    assert.equal((await window.host.list()).instances[0]?.liveness, "live");
  });

  it("survives any message", async () => {
    const hostile = fc.oneof(
      fc.json(),
      fc.string({ unit: "binary" }),
      fc
        .record({
          jsonrpc: fc.constant("2.0"),
          id: fc.oneof(fc.integer(), fc.string(), fc.constant(null)),
          method: fc.constantFrom(
            "initialize",
            "tools/list",
            "tools/call",
            "ping",
            "notifications/cancelled",
            "notifications/initialized",
            "ide_connected",
            "logging/setLevel",
            "tasks/list",
          ),
          params: fc.oneof(
            fc.jsonValue(),
            fc.record({
              name: fc.constantFrom("openFile", "getDiagnostics"),
              arguments: fc.jsonValue(),
            }),
          ),
        })
        .map((message) => JSON.stringify(message)),
    );
    for (const message of fc.sample(hostile, 300)) agent.send(message);
    const last = { jsonrpc: "2.0", id: "the last one", method: "ping" };
    agent.send(last);
    assert.deepEqual((await agent.answer("the last one")).result, {});
    assert.equal(window.starts, 1);
  });

  const diagnostic = (message: string) => ({
    message,
    severity: "Error" as const,
    range: {
      start: { line: 0, character: 0 },
      end: { line: 0, character: 0 },
    },
  });
  const pushProblems = async (messages: readonly string[]) => {
    const file = ground.path("plain", "a.txt");
    await window.host.pushDiagnostics([
      {
        uri: `file://${file}`,
        path: file,
        diagnostics: messages.map(diagnostic),
      },
    ]);
  };

  for (const [what, messages] of [
    ["60,000 problems", Array.from({ length: 60_000 }, () => "wrong")],
    ["one long problem", ["x".repeat(MAX_ANSWER_BYTES)]],
    ["quotes that double in JSON", ['"'.repeat(2 * MEGABYTE)]],
  ] as const)
    it(`answers with an error instead of ${what}, and keeps the connection`, async () => {
      await pushProblems(messages);
      // They come another way than the question.
      const { content, isError } = await until("they are known", async () => {
        const answer = await agent.call("getDiagnostics");
        return answer.content[0]?.text !== "[]" && answer;
      });
      assert.ok(isError);
      assert.equal(
        content[0]?.text,
        answerTooLarge("getDiagnostics", MAX_ANSWER_BYTES).message,
      );
      await pushProblems([]);
      await stillAnswers();
    });

  it("sends a client that reads a message larger than the backlog it may have", async () => {
    const file = ground.path("plain", "a.txt");
    const text = "x".repeat(9 * MEGABYTE);
    await window.host.pushState({
      selection: {
        text,
        path: file,
        uri: `file://${file}`,
        range: diagnostic("").range,
      },
    });
    await until("the selection arrives", () =>
      agent
        .notified("selection_changed")
        .some(({ params }) => params?.["text"] === text),
    );
    await stillAnswers();
    await window.host.pushState({ selection: null });
    await window.host.forgetSelections();
  });

  it("refuses a proposal that could not be sent back", async () => {
    const file = ground.path("plain", "a.txt");
    const { content, isError } = await agent.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "x".repeat(9.5 * MEGABYTE),
      tab_name: "large",
    });
    assert.ok(isError);
    assert.equal(
      content[0]?.text,
      proposalTooLarge(file, MAX_PROPOSAL_BYTES).message,
    );
    assert.equal(window.diffs.size, 0);
  });

  it("knows no client by a name longer than 100 characters", async () => {
    await agent.request("initialize", {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "n".repeat(MEGABYTE), version: "v".repeat(MEGABYTE) },
    });
    agent.notify("ide_connected", { pid: process.pid });
    const client = await until("the window knows it", async () =>
      (await window.running()).clients.find(({ name }) =>
        name?.startsWith("n"),
      ),
    );
    assert.equal(client.name?.length, 100);
    assert.equal(client.version?.length, 100);
  });

  describe("cuts off a peer that does not read", () => {
    const cutOff = async (send: () => void) => {
      const { clients } = await window.running();
      assert.equal(clients.length, 1);
      agent.socket.pause();
      for (let count = 0; count < 40; count += 1) send();
      await until(
        "the peer is cut off",
        async () => (await window.running()).clients.length === 0,
      );
      await until("that is logged", () =>
        window.hasLogged("warn", "Claude Code: cut off: it does not read"),
      );
      agent.socket.resume();
      assert.equal(await agent.closed(), 1006);
    };
    beforeEach(() =>
      until(
        "only one client is left",
        async () => (await window.running()).clients.length === 1,
      ),
    );

    it("when more than 8 MB of answers have piled up", async () => {
      await pushProblems(["x".repeat(MEGABYTE)]);
      await until(
        "the diagnostics have been pushed",
        async () =>
          JSON.stringify(await agent.callForJson("getDiagnostics")) !== "[]",
      );
      await cutOff(() => {
        agent.send({
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "getDiagnostics" },
        });
      });
      await pushProblems([]);
    });

    it("when as many refusals have piled up", async () => {
      const text = JSON.stringify({ id: "x".repeat(MEGABYTE) });
      await cutOff(() => {
        agent.send(text);
      });
    });
  });

  it("closes with 1001 when the instance is stopped", async () => {
    const { worktree } = record;
    await window.host.stop(worktree);
    assert.equal(await agent.closed(), 1001);
    assert.equal((await window.host.start(worktree)).kind, "done");
    record = await window.record();
  });
});
