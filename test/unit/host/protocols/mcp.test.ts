import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import {
  messageTooLarge,
  nestedTooDeep,
  tooManyClients,
  tooMuchSyntax,
} from "../../../../src/core/messages/protocol";
import {
  MAX_DEPTH,
  MAX_SYNTAX_BYTES,
} from "../../../../src/host/protocols/jsonMessage";
import type { InstanceRecord } from "../../../../src/core/registry/formats";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import {
  ask,
  introduction,
  McpAgent,
  open,
  type Sent,
} from "../../support/mcpAgent";
import { Window } from "../../support/window";

const MEGABYTE = 1024 * 1024;

describe("MCP over HTTP", function () {
  const ground = useGround("suite");
  let window: Window;
  let record: InstanceRecord;
  before(async () => {
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [ground.make("plain")],
        settings: { maxClients: 3 },
      }),
    );
    record = await window.record();
  });
  const clients = async () => (await window.running()).clients;
  const hasClients = (count: number) =>
    until(`${count} clients`, async () => (await clients()).length === count);
  /** Ends its session as a well-behaved client does. */
  const leave = async (agent: McpAgent) => {
    await agent.transport.terminateSession();
    await agent.dispose();
  };
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  const introduce = async (sent: Sent = {}) => {
    const reply = await ask(record, { body: introduction, ...sent });
    assert.equal(reply.status, 200, reply.text);
    return String(reply.headers["mcp-session-id"]);
  };
  const end = (session: string) =>
    ask(record, { method: "DELETE", headers: { "mcp-session-id": session } });
  const diff = (name: string) => ({
    old_file_path: "a.txt",
    new_file_path: "a.txt",
    new_file_contents: "new\n",
    tab_name: name,
  });
  afterEach(() => hasClients(0));

  it("serves the SDK's client with the same tools, and knows its name", async () => {
    const agent = await McpAgent.connect(record);
    const { tools } = await agent.client.listTools();
    assert.ok(tools.some(({ name }) => name === "getDiagnostics"));
    const { content } = await agent.call("getWorkspaceFolders");
    assert.match(content[0]?.text ?? "", /"success":true/);
    const [client] = await clients();
    assert.equal(client?.name, "streamable-http-client");
    assert.equal(client.version, "1.2.3");
    await leave(agent);
  });

  for (const version of ["2025-11-25", "2025-06-18", "2025-03-26"])
    it(`speaks protocol version ${version}`, async () => {
      const params = { ...introduction.params, protocolVersion: version };
      const reply = await ask(record, { body: { ...introduction, params } });
      assert.match(reply.text, new RegExp(`"protocolVersion":"${version}"`));
      await end(String(reply.headers["mcp-session-id"]));
    });

  it("gives each client a session of its own, and ends it on DELETE", async () => {
    const [first, second] = await Promise.all([introduce(), introduce()]);
    assert.notEqual(first, second);
    await hasClients(2);
    assert.equal((await end(first)).status, 200);
    await hasClients(1);
    const gone = { headers: { "mcp-session-id": first }, body: ping };
    assert.equal((await ask(record, gone)).status, 404);
    const there = { headers: { "mcp-session-id": second }, body: ping };
    assert.match((await ask(record, there)).text, /"result":\{\}/);
    await end(second);
  });

  it("answers 404 to an unknown session and 400 without one", async () => {
    const headers = { "mcp-session-id": "nonsense" };
    for (const method of ["GET", "POST", "DELETE"]) {
      const sent = { method, ...(method === "POST" && { body: ping }) };
      const unknown = await ask(record, { ...sent, headers });
      assert.equal(unknown.status, 404, method);
      assert.equal(unknown.error?.code, -32_001);
      assert.equal((await ask(record, sent)).status, 400, method);
    }
  });

  it("answers 405, 406 and 415 to requests that are not MCP", async () => {
    const put = await ask(record, { method: "PUT", body: introduction });
    assert.equal(put.status, 405);
    assert.equal(put.headers["allow"], "GET, POST, DELETE");
    const plain = { accept: "application/json" };
    assert.equal(
      (await ask(record, { headers: plain, body: introduction })).status,
      406,
    );
    const text = { "content-type": "text/plain" };
    assert.equal(
      (await ask(record, { headers: text, body: introduction })).status,
      415,
    );
  });

  it("answers 400 to an unknown protocol version", async () => {
    const session = await introduce();
    const headers = {
      "mcp-session-id": session,
      "mcp-protocol-version": "1999-01-01",
    };
    const { status, error } = await ask(record, { headers, body: ping });
    assert.equal(status, 400);
    assert.match(error?.message ?? "", /1999-01-01/);
    await end(session);
  });

  it("answers 400 to malformed or deeply nested JSON, and keeps the session", async () => {
    const session = await introduce();
    const headers = { "mcp-session-id": session };
    for (const [body, code] of [
      ["{", -32_700],
      ["", -32_700],
      ['{"a":1}', -32_600],
      ['[{"a":1}]', -32_600],
      ["[".repeat(1_000_000) + "]".repeat(1_000_000), -32_600],
      ['{"x":'.repeat(65) + "1" + "}".repeat(65), -32_600],
    ] as const)
      for (const within of [headers, {}]) {
        const { status, error } = await ask(record, { headers: within, body });
        assert.equal(status, 400, body.slice(0, 20));
        assert.equal(error?.code, code, body.slice(0, 20));
      }
    assert.equal((await ask(record, { headers, body: ping })).status, 200);
    await end(session);
  });

  it("accepts a batch, unless there is an initialize request in it", async () => {
    const session = await introduce();
    const headers = { "mcp-session-id": session };
    const both = [ping, { ...ping, id: 2 }];
    const { text } = await ask(record, { headers, body: both });
    assert.equal(text.match(/"result":\{\}/g)?.length, 2);
    const mixed = await ask(record, { body: [introduction, ping] });
    assert.equal(mixed.status, 400);
    await end(session);
  });

  it("accepts nearly 10 MB and answers 413 to more", async () => {
    const session = await introduce();
    const headers = { "mcp-session-id": session };
    const of = (size: number) => ({
      headers,
      body: { ...ping, params: { x: "x".repeat(size) } },
    });
    assert.equal((await ask(record, of(10 * MEGABYTE - 100))).status, 200);
    for (const size of [10 * MEGABYTE, 30 * MEGABYTE]) {
      const { status, error } = await ask(record, of(size));
      assert.equal(status, 413);
      assert.equal(error?.message, messageTooLarge(10 * MEGABYTE));
    }
    await until("that is logged with its name", () =>
      window.hasLogged("warn", `probe: ${messageTooLarge(10 * MEGABYTE)}`),
    );
    await end(session);
  });

  it("refuses 10 MB of brackets or members without parsing them", async () => {
    const session = await introduce();
    const headers = { "mcp-session-id": session };
    const brackets = "[".repeat(4_900_000) + "]".repeat(4_900_000);
    for (const [value, reason] of [
      [brackets, nestedTooDeep(MAX_DEPTH)],
      [`[${"{},".repeat(3_200_000)}1]`, tooMuchSyntax(MAX_SYNTAX_BYTES)],
    ] as const) {
      const body = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":${value}}}`;
      const { status, error } = await ask(record, { headers, body });
      assert.equal(status, 400);
      assert.deepEqual(error, { code: -32_600, message: reason });
      await until("that is logged with its name", () =>
        window.hasLogged("warn", `probe: ${reason}`),
      );
    }
    await end(session);
  });

  it("cuts off a client that does not read, but none that reads one large message", async () => {
    const file = ground.path("plain", "a.txt");
    const position = { line: 0, character: 0 };
    const problems = (size: number) =>
      window.host.pushDiagnostics([
        {
          uri: `file://${file}`,
          path: file,
          diagnostics:
            size === 0
              ? []
              : [
                  {
                    message: "x".repeat(size),
                    severity: "Error",
                    range: { start: position, end: position },
                  },
                ],
        },
      ]);
    await problems(3 * MEGABYTE);
    const session = await introduce();
    const headers = { "mcp-session-id": session };
    const call = (id: number) => ({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: { name: "getDiagnostics" },
    });
    await until("the large answer arrives", async () => {
      const { text } = await ask(record, { headers, body: call(1) });
      return text.length > 3 * MEGABYTE;
    });
    const body = Array.from({ length: 20 }, (_, id) => call(id));
    const deaf = open(record, { headers, body });
    const [response] = (await once(deaf, "response")) as [IncomingMessage];
    response.on("error", () => undefined);
    await until("it is cut off, which is logged with its name", () =>
      window.hasLogged("warn", "probe: cut off: it does not read"),
    );
    deaf.destroy();
    await problems(0);
    await end(session);
  });

  it("admits nobody without the token, from a web page or under another host name", async () => {
    for (const [headers, status] of [
      [{ authorization: "Bearer x" }, 401],
      [{ origin: "http://127.0.0.1" }, 403],
      [{ host: "evil.example" }, 403],
    ] as const)
      assert.equal(
        (await ask(record, { headers, body: introduction })).status,
        status,
      );
  });

  it("answers 503 to one client too many, without creating a session", async () => {
    const sessions = await Promise.all([1, 2, 3].map(() => introduce()));
    const { status, error } = await ask(record, { body: introduction });
    assert.equal(status, 503);
    assert.equal(error?.message, tooManyClients);
    await until("that is logged", () =>
      window.hasLogged("warn", "A client was refused: 3 are connected"),
    );
    assert.equal((await clients()).length, 3);
    await Promise.all(sessions.map(end));
  });

  it("holds the answer to openDiff until a person has decided", async () => {
    const agent = await McpAgent.connect(record);
    const answer = agent.call("openDiff", diff("held"));
    const [pending] = await until("the diff is shown", () =>
      window.diffs.size > 0 ? [...window.diffs.values()] : undefined,
    );
    // Meanwhile other calls of the same session are answered.
    await agent.call("getDiagnostics");
    pending?.decide({ kind: "accepted", content: "edited\n" });
    assert.deepEqual(
      (await answer).content.map(({ text }) => text),
      ["FILE_SAVED", "edited\n"],
    );
    await leave(agent);
  });

  it("closes a diff when its caller cancels, hangs up or leaves", async () => {
    const isShown = (is: boolean) =>
      until(`a diff is shown: ${is}`, () => window.diffs.size > 0 === is);
    const agent = await McpAgent.connect(record);
    const cancel = new AbortController();
    const cancelled = agent.call("openDiff", diff("a"), cancel.signal);
    await isShown(true);
    cancel.abort("not any more");
    await assert.rejects(cancelled);
    await isShown(false);

    const session = await introduce();
    const call = (name: string) =>
      open(record, {
        headers: { "mcp-session-id": session },
        body: {
          ...ping,
          id: name,
          method: "tools/call",
          params: { name: "openDiff", arguments: diff(name) },
        },
      });
    const hungUp = call("b");
    await isShown(true);
    hungUp.destroy();
    await isShown(false);
    const left = call("c");
    await isShown(true);
    await end(session);
    await isShown(false);
    left.destroy();
    await leave(agent);
  });

  it("has one stream of notifications for each session", async () => {
    const session = await introduce();
    const headers = { "mcp-session-id": session };
    const stream = open(record, { method: "GET", headers });
    const [response] = (await once(stream, "response")) as [IncomingMessage];
    assert.equal(response.headers["content-type"], "text/event-stream");
    const second = await ask(record, { method: "GET", headers });
    assert.equal(second.status, 409);
    response.resume();
    const ended = once(response, "end");
    await end(session);
    await ended;
  });

  it("ends every stream at once when the instance stops", async () => {
    const agent = await McpAgent.connect(record);
    const session = await introduce();
    const stream = open(record, {
      method: "GET",
      headers: { "mcp-session-id": session },
    });
    const [response] = (await once(stream, "response")) as [IncomingMessage];
    response.resume();
    const ended = once(response, "end");
    const held = agent.call("openDiff", diff("held"));
    const rejected = assert.rejects(held);
    await until("the diff is shown", () => window.diffs.size > 0);
    const { worktree } = record;
    await window.host.stop(worktree);
    await ended;
    assert.equal(window.diffs.size, 0);
    await agent.dispose();
    await rejected;
    assert.equal((await window.host.start(worktree)).kind, "done");
    record = await window.record();
  });
});
