// One Claude Code client: MCP over a WebSocket, plus the notifications that only Claude Code knows.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { WebSocket } from "ws";
import * as z from "zod/mini";
import type { Mention } from "../../../core/control/mention";
import { type Client, clientFacts } from "../../clients/client";
import type { Activity } from "../../clients/activity";
import type { ClientDiffs } from "../../clients/clientDiffs";
import type { ClientFacts } from "../../machineContract";
import type { EditorSelection } from "../../editorStateContract";
import type { EditorView } from "../../view/editorView";
import { createMcpServer } from "../mcpServer";
import { describeSelection } from "../../tools/selections";
import type { ProtocolContext } from "../protocol";
import { WebSocketTransport } from "./webSocketTransport";

const GOING_AWAY = 1001;
/** Milliseconds that a client has to answer our close frame. */
const CLOSE_TIMEOUT = 300;
/**
 * Milliseconds after the client listed our tools. Claude Code silently drops every notification until its UI listens,
 * 10 to 100 ms after it got the tools (observed), and does not announce that it does. So the selection is sent again
 * after this delay, and mentions, which must not be sent twice, are queued until then.
 */
const LISTENING_AFTER = 1_000;

/** Sent by the agent after MCP initialization; the pid is the agent's. */
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
  #lastShared: EditorSelection | undefined;
  #listenTimer: NodeJS.Timeout | undefined;
  /** Mentions to send once it listens; undefined from then on. */
  #queuedMentions: Mention[] | undefined = [];
  readonly diffs: ClientDiffs;
  readonly activity: Activity;
  readonly #server: Server;

  /** Takes over a socket that has passed the guards. */
  constructor(
    private readonly socket: WebSocket,
    private readonly instance: ProtocolContext,
  ) {
    this.diffs = instance.newDiffs();
    this.activity = instance.newActivity();
    const server = createMcpServer(instance, instance.context(this), {
      onDidListTools: () => {
        if (this.#hasListedTools) return;
        this.#hasListedTools = true;
        this.#awaitListening(() => {
          this.#lastShared = undefined;
          instance.onDidBecomeReady(this);
        });
      },
    });
    this.#server = server;
    server.oninitialized = () => {
      this.#isInitialized = true;
      // Not every agent lists the tools.
      this.#awaitListening();
      instance.onDidBecomeReady(this);
    };
    server.fallbackNotificationHandler = (notification) => {
      const connected = ideConnected.safeParse(notification);
      if (connected.success) {
        this.#pid = connected.data.params.pid;
        instance.onDidBecomeReady(this);
      }
      return Promise.resolve();
    };
    server.onclose = () => {
      clearTimeout(this.#listenTimer);
      instance.onDidDisconnect(this);
    };
    server.onerror = (error) => {
      instance.log.debug(`Client ${this.#id}: ${error.message}`);
    };
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    // Not awaited: our transport starts synchronously, and no message may be missed.
    void server.connect(
      new WebSocketTransport(socket, (why) => {
        this.#warn(why);
      }),
    );
  }

  get view(): ClientFacts {
    const facts = { id: this.#id, pid: this.#pid, takesMentions: true };
    return clientFacts(this.#server.getClientVersion(), facts, this.activity);
  }

  share({ latestSelection }: EditorView): void {
    if (!this.#isInitialized || latestSelection === null) return;
    // The same object for as long as it is the same selection.
    if (latestSelection === this.#lastShared) return;
    this.#lastShared = latestSelection;
    const params = describeSelection(latestSelection);
    void this.#server.notification({ method: "selection_changed", params });
  }

  mention(mentions: readonly Mention[]): boolean {
    if (!this.#isInitialized) return false;
    if (this.#queuedMentions) this.#queuedMentions.push(...mentions);
    else
      for (const { path, lines } of mentions)
        void this.#server.notification({
          method: "at_mentioned",
          params: {
            filePath: path,
            // Omitted for a whole file: null would make the client drop the message.
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
      this.#warn("cut off: it has not answered a ping");
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
    const timeout = setTimeout(() => {
      this.socket.terminate();
    }, CLOSE_TIMEOUT);
    await closed;
    clearTimeout(timeout);
  }

  #warn(why: string): void {
    this.instance.log.warn(`${this.instance.nameOf(this)}: ${why}`);
  }

  #awaitListening(resend?: () => void): void {
    clearTimeout(this.#listenTimer);
    this.#listenTimer = setTimeout(() => {
      resend?.();
      const queued = this.#queuedMentions ?? [];
      this.#queuedMentions = undefined;
      this.mention(queued);
    }, LISTENING_AFTER);
  }
}
