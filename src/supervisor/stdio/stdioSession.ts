// One client's session with a server on standard streams.
import type { ServerResponse } from "node:http";
import {
  isInitializeRequest,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type RequestId,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/sdk/types.js";
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";
import { HttpSession } from "../../host/protocols/mcp/httpSession";
import type { SessionClient } from "../../host/protocols/mcp/sessions";
import type { Message } from "../../host/protocols/mcp/webHttp";
import type { StdioClient, StdioServer } from "./stdioServer";

export class StdioSession implements SessionClient, StdioClient {
  readonly name = "A client";
  readonly #session: HttpSession;

  constructor(
    private readonly server: StdioServer,
    sessions: Map<string, SessionClient>,
    private readonly log: Log,
    onDidClose: (session: StdioSession) => void,
  ) {
    this.#session = new HttpSession({
      onDidInitialize: () => {
        sessions.set(this.#session.id, this);
        server.add(this);
      },
      onDidOpenStream: () => undefined,
      onDidCut: () => {
        log.warn("A client was cut off: it does not read what it is sent");
      },
    });
    const { transport } = this.#session;
    transport.onmessage = (message) => {
      this.#take(message);
    };
    transport.onclose = () => {
      sessions.delete(this.#session.id);
      server.remove(this);
      onDidClose(this);
    };
    transport.onerror = (error) => {
      log.debug(`Client ${this.#session.id}: ${error.message}`);
    };
  }

  get idleSince(): number | undefined {
    return this.#session.idleSince;
  }

  get isExpired(): boolean {
    return this.#session.isExpired();
  }

  handle(message: Message, response: ServerResponse): Promise<void> {
    return this.#session.handle(message, response);
  }

  receive(message: JSONRPCMessage, related?: RequestId): void {
    // What belongs to no request goes to its stream, if it has opened one.
    this.#session.transport
      .send(message, related === undefined ? {} : { relatedRequestId: related })
      .catch((error: unknown) => {
        this.log.debug(`Not told: ${messageOf(error)}`);
      });
  }

  async close(): Promise<void> {
    await this.#session.transport.close();
  }

  async closeUnlessInitialized(): Promise<void> {
    if (!this.#session.isInitialized) await this.close();
  }

  #take(message: JSONRPCMessage): void {
    if (isInitializeRequest(message) && isJSONRPCRequest(message)) {
      const { initialized } = this.server;
      const asked = message.params.protocolVersion;
      const known = SUPPORTED_PROTOCOL_VERSIONS.find((each) => each === asked);
      this.receive(
        {
          jsonrpc: "2.0",
          id: message.id,
          result: {
            ...initialized,
            protocolVersion: known ?? initialized.protocolVersion,
          },
        },
        message.id,
      );
    } else if (isJSONRPCRequest(message) && message.method === "ping")
      this.receive({ jsonrpc: "2.0", id: message.id, result: {} }, message.id);
    else this.server.send(this, message);
  }
}
