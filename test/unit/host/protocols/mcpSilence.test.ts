// When a silent session counts as gone. The protocol runs without an instance here, so that no test waits half an hour.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Client } from "../../../../src/host/clients/client";
import { Activity } from "../../../../src/host/clients/activity";
import { ClientDiffs } from "../../../../src/host/clients/clientDiffs";
import type { EditorApi } from "../../../../src/host/contract";
import type { ProtocolContext } from "../../../../src/host/protocols/protocol";
import { admit } from "../../../../src/host/clients/clientLimit";
import { mcp } from "../../../../src/host/protocols/mcp/mcp";
import type { CallerContext } from "../../../../src/host/tools/tool";
import { McpClient } from "../../../../src/host/protocols/mcp/mcpClient";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import { ask, introduction, open } from "../../support/mcpAgent";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };

describe("a silent MCP session", () => {
  const ground = useGround();
  const clients = new Set<Client>();
  let address: { port: number; token: string };
  beforeEach(async () => {
    clients.clear();
    const nothing = () => undefined;
    const side: ProtocolContext = {
      version: "0",
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      // No tool is called.
      context: () => ({}) as CallerContext,
      newDiffs: () => new ClientDiffs({} as EditorApi),
      newActivity: () => new Activity(nothing),
      nameOf: () => "Agent",
      admit: () => true,
      onDidConnect: (client) => clients.add(client),
      onDidBecomeReady: nothing,
      onDidDisconnect: (client) => clients.delete(client),
    };
    const route = mcp(side).http?.get("/mcp");
    const server = createServer((request, response) => {
      void route?.(request, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ground.defer(async () => {
      await Promise.all([...clients].map((client) => client.close()));
      server.closeAllConnections();
      server.close();
    });
    address = { port: (server.address() as AddressInfo).port, token: "" };
  });
  const introduce = async () => {
    const { headers } = await ask(address, { body: introduction });
    return { "mcp-session-id": String(headers["mcp-session-id"]) };
  };
  const checkIn = (milliseconds: number) => {
    for (const client of clients)
      if (client instanceof McpClient)
        client.checkAlive(Date.now() + milliseconds);
  };
  const openStream = async (headers: Record<string, string>) => {
    const stream = open(address, { method: "GET", headers });
    const [response] = (await once(stream, "response")) as [IncomingMessage];
    response.resume();
    return stream;
  };

  it("expires soon if its client has never taken it up", async () => {
    await introduce();
    checkIn(19 * SECOND);
    assert.equal(clients.size, 1);
    checkIn(21 * SECOND);
    await until("it is gone", () => clients.size === 0);
  });

  it("expires after half an hour if it never had a stream", async () => {
    const headers = await introduce();
    await ask(address, { headers, body: initialized });
    checkIn(29 * MINUTE);
    assert.equal(clients.size, 1);
    checkIn(31 * MINUTE);
    await until("it is gone", () => clients.size === 0);
    assert.equal((await ask(address, { headers, body: {} })).status, 404);
  });

  it("is evicted after a minute, oldest first, if the client limit is reached", async () => {
    const headers = await introduce();
    const stream = await openStream(headers);
    const sessions = [await introduce(), await introduce()];
    const limit = clients.size;
    assert.ok(admit(clients, limit + 1, Date.now() + 2 * MINUTE));
    assert.ok(!admit(clients, limit, Date.now() + 50 * SECOND));
    assert.equal(clients.size, limit);
    assert.ok(admit(clients, limit, Date.now() + 2 * MINUTE));
    const statusOf = async (session: Record<string, string>) =>
      (await ask(address, { headers: session, body: {} })).status;
    const statuses = [];
    for (const session of sessions) statuses.push(await statusOf(session));
    assert.deepEqual(statuses, [404, 400]);
    assert.notEqual(await statusOf(headers), 404);
    stream.destroy();
  });

  it("stays as long as its stream is open", async () => {
    const stream = await openStream(await introduce());
    checkIn(24 * 60 * MINUTE);
    assert.equal(clients.size, 1);
    stream.destroy();
  });

  it("expires soon after its stream has closed", async () => {
    const headers = await introduce();
    const stream = await openStream(headers);
    checkIn(21 * SECOND);
    assert.equal(clients.size, 1);
    stream.destroy();
    await until("it has expired", () => {
      checkIn(21 * SECOND);
      return clients.size === 0;
    });
  });

  it("stays if its stream is opened again", async () => {
    const headers = await introduce();
    (await openStream(headers)).destroy();
    // The server may notice the end of the first stream after the start of the second.
    const again = await until("there is a stream again", async () => {
      const stream = open(address, { method: "GET", headers });
      const [response] = (await once(stream, "response")) as [IncomingMessage];
      response.resume();
      return response.statusCode === 200 && stream;
    });
    checkIn(MINUTE);
    assert.equal(clients.size, 1);
    again.destroy();
  });
});
