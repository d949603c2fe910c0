import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { Activity } from "../../../../src/host/clients/activity";
import { ClientDiffs } from "../../../../src/host/clients/clientDiffs";
import type { EditorApi } from "../../../../src/host/contract";
import { ClaudeClient } from "../../../../src/host/protocols/claude/claudeClient";
import type { ProtocolContext } from "../../../../src/host/protocols/protocol";
import type { CallerContext } from "../../../../src/host/tools/tool";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";

describe("a client", () => {
  const ground = useGround();

  /** A client object over a real connection, and the agent's end of it. */
  const connect = async (autoPong: boolean) => {
    const http = createServer().listen(0, "127.0.0.1");
    await once(http, "listening");
    const server = new WebSocketServer({ server: http });
    const connected = once(server, "connection");
    const { port } = http.address() as AddressInfo;
    const agent = new WebSocket(`ws://127.0.0.1:${port}`, { autoPong });
    ground.defer(() => {
      agent.terminate();
      server.close();
      http.close();
    });
    const pings: Buffer[] = [];
    const warnings: string[] = [];
    agent.on("ping", (data: Buffer) => pings.push(data));
    const [socket] = (await connected) as [WebSocket];
    const side: Pick<
      ProtocolContext,
      | "version"
      | "log"
      | "context"
      | "newDiffs"
      | "newActivity"
      | "nameOf"
      | "onDidDisconnect"
    > = {
      version: "0",
      log: {
        debug: () => undefined,
        info: () => undefined,
        warn: (message) => warnings.push(message),
        error: () => undefined,
      },
      // No tool is called.
      context: () => ({}) as CallerContext,
      newDiffs: () => new ClientDiffs({} as EditorApi),
      newActivity: () => new Activity(() => undefined),
      nameOf: () => "Agent",
      onDidDisconnect: () => undefined,
    };
    return {
      client: new ClaudeClient(socket, side as ProtocolContext),
      pings,
      warnings,
      isOpen: () => agent.readyState === WebSocket.OPEN,
      hasPonged: () => once(socket, "pong"),
    };
  };

  it("is cut off at the second check if it does not answer", async () => {
    const { client, pings, warnings, isOpen } = await connect(false);
    client.checkAlive();
    await until("it is pinged", () => pings.length === 1);
    assert.ok(isOpen());
    client.checkAlive();
    await until("it is cut off", () => !isOpen());
    assert.deepEqual(warnings, ["Agent: cut off: it has not answered a ping"]);
  });

  it("is kept as long as it answers", async () => {
    const { client, pings, isOpen, hasPonged } = await connect(true);
    for (let check = 1; check <= 3; check += 1) {
      const answered = hasPonged();
      client.checkAlive();
      await answered;
      assert.equal(pings.length, check);
      assert.ok(isOpen());
    }
  });
});
