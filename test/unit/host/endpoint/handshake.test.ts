import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import type { InstanceRecord } from "../../../../src/core/registry/formats";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { Window } from "../../support/window";
import { handshake, statusOf, Wire } from "../../support/wire";

const tokenHeader = "X-Claude-Code-Ide-Authorization";

describe("the handshake", function () {
  const ground = useGround("suite");
  let record: InstanceRecord;
  before(async () => {
    const window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [ground.make("plain")],
        settings: { maxClients: 3 },
      }),
    );
    record = await window.record();
  });

  const answer = (
    headers: Record<string, string | readonly string[] | undefined>,
    path?: string,
  ) => statusOf(record.port, handshake(record.port, headers, path));
  const right = () => ({ [tokenHeader]: record.token });
  const bearer = () => ({ Authorization: `Bearer ${record.token}` });

  it("admits a client with the token, in either header", async () => {
    assert.equal(await answer(right()), 101);
    assert.equal(await answer(bearer()), 101);
    assert.equal(
      await answer({ ...right(), Host: `localhost:${record.port}` }),
      101,
    );
  });

  it("answers 401 without a token", async () => {
    assert.equal(await answer({}), 401);
    assert.equal(await answer({ [tokenHeader]: "" }), 401);
    assert.equal(await answer({ Authorization: "Bearer" }), 401);
    assert.equal(await answer({ Authorization: record.token }), 401);
  });

  it("answers 401 to a wrong token, whatever its length", async () => {
    const { token } = record;
    const flipped = (token.startsWith("A") ? "B" : "A") + token.slice(1);
    for (const wrong of [
      flipped,
      token.slice(1),
      `${token}x`,
      token.toUpperCase(),
      `${token}, ${token}`,
    ])
      assert.equal(await answer({ [tokenHeader]: wrong }), 401, wrong);
  });

  it("answers 401 to a token that is sent twice", async () => {
    const { token } = record;
    assert.equal(await answer({ [tokenHeader]: [token, token] }), 401);
    assert.equal(await answer({ [tokenHeader]: ["wrong", token] }), 401);
    assert.equal(await answer({ ...right(), ...bearer() }), 401);
    const { Authorization } = bearer();
    assert.equal(
      await answer({ Authorization: [Authorization, Authorization] }),
      401,
    );
  });

  it("answers 401 to an oversized token", async () => {
    for (const length of [8_000, 20_000, 100_000])
      assert.equal(await answer({ [tokenHeader]: "x".repeat(length) }), 401);
    assert.equal(
      await answer({ [tokenHeader]: record.token.padEnd(513, "x") }),
      401,
    );
  });

  it("does not accept a token in the URL", async () => {
    assert.equal(await answer({}, `/?token=${record.token}`), 401);
  });

  it("answers 403 to any Origin", async () => {
    for (const Origin of [
      "https://example.com",
      `http://127.0.0.1:${record.port}`,
      "null",
      "",
    ])
      assert.equal(await answer({ ...right(), Origin }), 403, Origin);
  });

  it("answers 403 to any other Host", async () => {
    const { port } = record;
    for (const Host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      `127.0.0.1:${port + 1}`,
      `127.0.0.1:${port}.evil.example`,
      `[::1]:${port}`,
      "",
      undefined,
      [`127.0.0.1:${port}`, `127.0.0.1:${port}`],
    ])
      assert.equal(await answer({ ...right(), Host }), 403, String(Host));
  });

  it("answers 404 to an unknown path", async () => {
    for (const path of ["/x", "/berth", "/mcp/../x", "//", "http://127.0.0.1/"])
      assert.equal(await answer(right(), path), 404, path);
  });

  it("applies the same rules to plain HTTP requests", async () => {
    const plain = { Upgrade: undefined, Connection: "close" };
    assert.equal(await answer({ ...plain }, "/berth/health"), 401);
    assert.equal(await answer({ ...plain, ...right() }, "/berth/health"), 200);
    assert.equal(await answer({ ...plain, ...right() }, "/"), 404);
    assert.equal(
      await answer({ ...plain, ...right(), Origin: "null" }, "/berth/health"),
      403,
    );
    for (const Host of ["evil.example", undefined])
      assert.equal(
        await answer({ ...plain, ...right(), Host }, "/berth/health"),
        403,
      );
  });

  it("answers 408 to a socket that sends nothing or half a request, and closes it", async () => {
    const silent = await Wire.open(record.port);
    const half = await Wire.open(record.port);
    const trickling = await Wire.open(record.port);
    for (const wire of [silent, half, trickling]) ground.own(wire);
    half.send(handshake(record.port, right()).slice(0, -2));
    // A byte now and then does not extend the deadline.
    trickling.send(handshake(record.port, { ...right(), X: "x" }).slice(0, -4));
    const trickle = setInterval(() => {
      if (!trickling.isClosed) trickling.send("x");
    }, 100);
    ground.defer(() => {
      clearInterval(trickle);
    });
    for (const wire of [silent, half, trickling]) {
      assert.equal(await wire.status(), 408);
      await wire.ended();
    }
  });

  it("answers 503 to one client too many, and admits another once one has left", async () => {
    const agents: Agent[] = [];
    const connect = async () => {
      const agent = ground.own(await Agent.open(record));
      agents.push(agent);
    };
    await until("no client of another test is left", async () =>
      Agent.open(record).then(
        (agent) => {
          agents.push(ground.own(agent));
          return agents.length === 3;
        },
        () => false,
      ),
    );
    assert.equal(await answer(right()), 503);
    // Without the token nobody learns that the limit is reached.
    assert.equal(await answer({}), 401);
    agents[0]?.dispose();
    await until("another client is admitted", () =>
      connect().then(
        () => true,
        () => false,
      ),
    );
    for (const agent of agents) agent.dispose();
  });

  it("admits clients despite any number of idle sockets, and evicts the oldest of these", async () => {
    const idle = await Promise.all(
      Array.from({ length: 70 }, () => Wire.open(record.port)),
    );
    for (const wire of idle) ground.own(wire);
    const isClosed = (wire: Wire) => wire.hasEnded || wire.isClosed;
    // Evicted sockets that have asked nothing get no answer; those that time out after 2 s would.
    await until(
      "six idle sockets are closed",
      () =>
        idle.filter((wire) => isClosed(wire) && wire.received === "").length >=
        6,
    );
    const agent = await until("a client is admitted", () =>
      Agent.connect(record).catch(() => undefined),
    );
    ground.own(agent);
    assert.ok((await agent.request("ping")).result);
    agent.dispose();
  });

  it("tells those that it evicts after their proof, so that they ask again", async () => {
    const nonce = "n".repeat(43);
    const proven = await Promise.all(
      Array.from({ length: 70 }, () => Wire.open(record.port)),
    );
    for (const wire of proven) {
      ground.own(wire);
      wire.send(
        `GET /berth/proof?nonce=${nonce} HTTP/1.1\r\nHost: 127.0.0.1:${record.port}\r\n\r\n`,
      );
    }
    const told = () =>
      proven.filter(({ received }) => /^HTTP\/1\.1 408 /m.test(received))
        .length;
    await until("six are told", () => told() >= 6);
    assert.ok(told() < proven.length, "the others have their two seconds");
  });

  it("echoes the subprotocol mcp, works without one, and never compresses", async () => {
    const extensions = "permessage-deflate; client_max_window_bits";
    const head = async (headers: Record<string, string>) => {
      const wire = await Wire.open(record.port);
      wire.send(handshake(record.port, { ...right(), ...headers }));
      await until("the handshake is answered", () =>
        wire.received.includes("\r\n\r\n"),
      );
      wire.dispose();
      return wire.received;
    };
    const offered = { "Sec-WebSocket-Extensions": extensions };
    const withProtocol = await head({
      ...offered,
      "Sec-WebSocket-Protocol": "other, mcp",
    });
    assert.match(withProtocol, /^HTTP\/1\.1 101 /);
    assert.match(withProtocol, /\r\nSec-WebSocket-Protocol: mcp\r\n/i);
    assert.doesNotMatch(withProtocol, /Sec-WebSocket-Extensions/i);
    const without = await head(offered);
    assert.match(without, /^HTTP\/1\.1 101 /);
    assert.doesNotMatch(without, /Sec-WebSocket-(Protocol|Extensions)/i);
    assert.match(
      await head({ "Sec-WebSocket-Protocol": "other" }),
      /^HTTP\/1\.1 101 /,
    );
  });

  it("closes a refused socket even if the client keeps its own end open", async () => {
    const refused = await Wire.open(record.port);
    ground.own(refused);
    refused.send(handshake(record.port));
    await refused.ended();
    // The server has closed the socket completely: what is sent now is answered with a reset.
    await until("the refused socket is dead", () => {
      refused.send("still here?");
      return refused.isClosed;
    });
  });

  it("does not reveal the token in a refusal", async () => {
    const outgoing = request({
      host: "127.0.0.1",
      port: record.port,
      headers: { authorization: "Bearer x" },
    }).end();
    const [response] = (await once(outgoing, "response")) as [
      NodeJS.ReadableStream,
    ];
    let body = "";
    for await (const chunk of response) body += String(chunk);
    assert.equal(body, "no valid token");
  });
});
