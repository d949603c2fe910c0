// One MCP client of an instance, by its session.
import type { ServerResponse } from "node:http";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { messageOf } from "../../../core/errors";
import { ownName } from "../../../core/agents/agentNames";
import { type Client, clientFacts } from "../../clients/client";
import { ClientProcess } from "../../clients/clientProcess";
import type { Activity } from "../../clients/activity";
import type { ClientDiffs } from "../../clients/clientDiffs";
import type { ClientFacts } from "../../machineContract";
import type { EditorView } from "../../view/editorView";
import { createMcpServer } from "../mcpServer";
import type { ProtocolContext } from "../protocol";
import type { Notification, SessionExtension } from "./extension";
import { extensions, withExtensions } from "./extensions";
import { HttpSession } from "./httpSession";
import type { SessionClient } from "./sessions";
import type { Message } from "./webHttp";

export class McpClient implements Client, SessionClient {
  readonly diffs: ClientDiffs;
  readonly activity: Activity;
  readonly #session: HttpSession;
  readonly #process = new ClientProcess(() => {
    this.instance.onDidBecomeReady(this);
  });
  readonly #server: Server;
  readonly #extensions: readonly SessionExtension[];
  readonly #queued: Notification[] = [];
  readonly #lastShared = new Map<SessionExtension, string>();

  /** Adds itself to `sessions` once initialized, and removes itself when closed. */
  constructor(
    private readonly instance: ProtocolContext,
    sessions: Map<string, SessionClient>,
  ) {
    this.diffs = instance.newDiffs();
    this.activity = instance.newActivity();
    this.#session = new HttpSession({
      onDidInitialize: () => {
        sessions.set(this.#session.id, this);
        instance.onDidConnect(this);
      },
      onDidOpenStream: () => {
        this.#openStream();
      },
      onDidCut: () => {
        instance.log.warn(
          `${this.name}: cut off: it does not read what it is sent`,
        );
      },
    });
    this.#extensions = extensions.map((extend) =>
      extend({
        log: instance.log,
        notify: (notification) => {
          this.#notify(notification);
        },
      }),
    );
    this.#server = createMcpServer(instance, instance.context(this), {
      tools: withExtensions(this.#extensions),
    });
    this.#server.oninitialized = () => {
      instance.onDidBecomeReady(this);
    };
    this.#server.onclose = () => {
      if (sessions.delete(this.#session.id)) instance.onDidDisconnect(this);
    };
    this.#server.onerror = (error) => {
      instance.log.debug(`Client ${this.#session.id}: ${error.message}`);
    };
    // Not awaited: the transport has nothing to start.
    void this.#server.connect(this.#session.transport);
  }

  get view(): ClientFacts {
    const implementation = this.#server.getClientVersion();
    const { pid, argv } = this.#process;
    return clientFacts(
      implementation && {
        ...implementation,
        name: ownName(implementation.name, argv),
      },
      { id: this.#session.id, pid, takesMentions: false },
      this.activity,
    );
  }

  get name(): string {
    return this.instance.nameOf(this);
  }

  get idleSince(): number | undefined {
    return this.#session.idleSince;
  }

  handle(message: Message, response: ServerResponse): Promise<void> {
    this.#process.look(message.request.socket);
    return this.#session.handle(message, response);
  }

  share(view: EditorView): void {
    if (!this.#session.hasStream) return;
    for (const extension of this.#extensions) {
      const { notification, key } = extension.describe(view);
      if (key === this.#lastShared.get(extension)) continue;
      this.#lastShared.set(extension, key);
      this.#notify(notification);
    }
  }

  mention(): boolean {
    // Plain MCP has no notification for mentions, so there is nothing to send.
    return false;
  }

  checkAlive(now = Date.now()): void {
    if (this.#process.isGone || this.#session.isExpired(now)) void this.close();
  }

  /** Ends its streams at once. Its next request gets a 404, upon which a client initializes again. */
  async close(): Promise<void> {
    await this.#server.close();
  }

  async closeUnlessInitialized(): Promise<void> {
    if (!this.#session.isInitialized) await this.close();
  }

  /** Flushes the notifications queued while no stream was open. */
  #openStream(): void {
    this.#lastShared.clear();
    for (const notification of this.#queued.splice(0))
      this.#notify(notification);
    this.instance.onDidBecomeReady(this);
  }

  #notify(notification: Notification): void {
    if (!this.#session.hasStream) {
      this.#queued.push(notification);
      return;
    }
    this.#server.notification(notification).catch((error: unknown) => {
      this.instance.log.debug(`Not told: ${messageOf(error)}`);
    });
  }
}
