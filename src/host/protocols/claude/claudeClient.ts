// Claude Code's end of the line: MCP over a WebSocket, plus the notifications that only it knows.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { WebSocket } from "ws";
import * as z from "zod/mini";
import type { Client } from "../../client";
import type { ClientDiffs } from "../../clientDiffs";
import type { ClientView } from "../../contract";
import type { EditorView } from "../../editorCopy";
import { createMcpServer } from "../../mcpServer";
import { describeSelection } from "../../tools/selections";
import type { ProtocolSide } from "../protocol";
import { WebSocketTransport } from "./webSocketTransport";

const GOING_AWAY = 1001;
/** Milliseconds that a client has to answer our close frame. */
const GOODBYE = 300;
/**
 * Milliseconds after it has asked for our tools. Claude Code drops every notification until its screen listens, 10 to
 * 100 ms after it has got them (observed), and says nothing when it does: so it is told again.
 */
const TOLD_AGAIN_AFTER = 500;

/** Sent by the agent after MCP's own introduction; the pid is its own. */
const ideConnected = z.object({
  method: z.literal("ide_connected"),
  params: z.object({ pid: z.int().check(z.positive()) }),
});

export class ClaudeClient implements Client {
  readonly #id = randomUUID();
  #pid: number | null = null;
  #isInitialized = false;
  #isAlive = true;
  #lastShared = "";
  readonly diffs: ClientDiffs;
  readonly #server: Server;

  /** Takes over a socket that has passed the guards. */
  constructor(
    private readonly socket: WebSocket,
    private readonly instance: ProtocolSide,
  ) {
    this.diffs = instance.newDiffs();
    const server = createMcpServer(
      instance.version,
      () => instance.context(this),
      {
        onDidListTools: () => {
          this.#tellAgain();
        },
      },
    );
    this.#server = server;
    server.oninitialized = () => {
      this.#isInitialized = true;
      instance.onDidIntroduce(this);
    };
    server.fallbackNotificationHandler = (notification) => {
      const connected = ideConnected.safeParse(notification);
      if (connected.success) {
        this.#pid = connected.data.params.pid;
        instance.onDidIntroduce(this);
      }
      return Promise.resolve();
    };
    server.onclose = () => {
      instance.onDidDisconnect(this);
    };
    server.onerror = (error) => {
      instance.log.debug(`Client ${this.#id}: ${error.message}`);
    };
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    // Nothing is awaited: our transport starts at once, and no message may be missed.
    void server.connect(new WebSocketTransport(socket));
  }

  get view(): ClientView {
    const implementation = this.#server.getClientVersion();
    return {
      id: this.#id,
      name: implementation?.name ?? null,
      version: implementation?.version ?? null,
      pid: this.#pid,
    };
  }

  share({ latestSelection }: EditorView): void {
    if (!this.#isInitialized || latestSelection === null) return;
    const params = describeSelection(latestSelection);
    const shared = JSON.stringify(params);
    if (shared === this.#lastShared) return;
    this.#lastShared = shared;
    void this.#server.notification({ method: "selection_changed", params });
  }

  checkAlive(): void {
    if (!this.#isAlive) {
      this.socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.socket.ping();
  }

  #tellAgain(): void {
    const timer = setTimeout(() => {
      this.#lastShared = "";
      this.instance.onDidIntroduce(this);
    }, TOLD_AGAIN_AFTER);
    this.socket.once("close", () => {
      clearTimeout(timer);
    });
  }

  async close(): Promise<void> {
    if (this.socket.readyState === this.socket.CLOSED) return;
    const closed = once(this.socket, "close");
    this.socket.close(GOING_AWAY, "The instance has stopped.");
    const cut = setTimeout(() => {
      this.socket.terminate();
    }, GOODBYE);
    await closed;
    clearTimeout(cut);
  }
}
