// Claude Code's end of the line: MCP over a WebSocket, plus the notifications that only it knows.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { WebSocket } from "ws";
import * as z from "zod/mini";
import type { Mention } from "../../../core/control/mention";
import type { Client } from "../../clients/client";
import type { ClientDiffs } from "../../clients/clientDiffs";
import type { ClientView } from "../../contract";
import type { EditorView } from "../../view/editorCopy";
import { createMcpServer } from "../mcpServer";
import { describeSelection } from "../../tools/selections";
import type { ProtocolSide } from "../protocol";
import { WebSocketTransport } from "./webSocketTransport";

const GOING_AWAY = 1001;
/** Milliseconds that a client has to answer our close frame. */
const GOODBYE = 300;
/**
 * Milliseconds after it has asked for our tools. Claude Code drops every notification until its screen listens, 10 to
 * 100 ms after it has got them (observed), and says nothing when it does: so it is told the selection again, and what
 * it may hear only once waits for so long.
 */
const LISTENS_AFTER = 1_000;

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
  #hasListedTools = false;
  #lastShared = "";
  #listening: NodeJS.Timeout | undefined;
  /** Mentions for when it listens; undefined once it does. */
  #held: Mention[] | undefined = [];
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
          if (this.#hasListedTools) return;
          this.#hasListedTools = true;
          this.#awaitListening(() => {
            this.#lastShared = "";
            instance.onDidIntroduce(this);
          });
        },
      },
    );
    this.#server = server;
    server.oninitialized = () => {
      this.#isInitialized = true;
      // Not every agent asks for the tools.
      this.#awaitListening();
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
      clearTimeout(this.#listening);
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

  mention(mentions: readonly Mention[]): boolean {
    if (!this.#isInitialized) return false;
    if (this.#held) this.#held.push(...mentions);
    else
      for (const { path, lines } of mentions)
        void this.#server.notification({
          method: "at_mentioned",
          params: {
            filePath: path,
            // Left out for a whole file: null would drop the message.
            ...(lines && {
              lineStart: lines.first - 1,
              lineEnd: lines.last - 1,
            }),
          },
        });
    return true;
  }

  checkAlive(): void {
    if (!this.#isAlive) {
      this.socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.socket.ping();
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

  #awaitListening(tellAgain?: () => void): void {
    clearTimeout(this.#listening);
    this.#listening = setTimeout(() => {
      tellAgain?.();
      const held = this.#held ?? [];
      this.#held = undefined;
      this.mention(held);
    }, LISTENS_AFTER);
  }
}
