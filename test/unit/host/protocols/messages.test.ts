import assert from "node:assert/strict";
import fc from "fast-check";
import type { InstanceRecord } from "../../../../src/core/registry/formats";
import { isDeeper } from "../../../../src/host/protocols/depth";
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
      serverInfo: { name: "berth", version: "0.0.0-test" },
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
          isDeeper(json, limit),
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
      const uri = `file://${ground.path("plain")}/a.txt`;
      const position = { line: 0, character: 0 };
      const diagnostic = {
        message: "x".repeat(MEGABYTE),
        severity: "Error" as const,
        range: { start: position, end: position },
      };
      const file = { uri, path: `${ground.path("plain")}/a.txt` };
      await window.host.pushDiagnostics([
        { ...file, diagnostics: [diagnostic] },
      ]);
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
      await window.host.pushDiagnostics([{ ...file, diagnostics: [] }]);
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
