// One MCP session: a client that sends single requests and usually disappears without closing its session.
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { isJSONRPCRequest } from "@modelcontextprotocol/sdk/types.js";
import { messageOf } from "../../../core/errors";
import { agentName, type Client, clientView } from "../../clients/client";
import type { ClientDiffs } from "../../clients/clientDiffs";
import type { ClientView } from "../../contract";
import type { EditorView } from "../../view/editorView";
import { createMcpServer } from "../mcpServer";
import type { ProtocolContext } from "../protocol";
import type { Notification, SessionExtension } from "./extension";
import { extensions, withExtensions } from "./extensions";
import { type Message, send, webRequest } from "./webHttp";

/** Milliseconds without a request and without an open stream after which a client counts as gone. */
const IDLE_TIMEOUT = 30 * 60_000;
/** The same once its notification stream has closed: the SDK's client reopens it within 4 s. */
const IDLE_TIMEOUT_AFTER_STREAM = 20_000;

export class McpClient implements Client {
  readonly #id = randomUUID();
  readonly diffs: ClientDiffs;
  readonly #server: Server;
  readonly #transport: WebStandardStreamableHTTPServerTransport;
  readonly #extensions: readonly SessionExtension[];
  /** The notification stream is open. */
  #hasStream = false;
  readonly #queued: Notification[] = [];
  readonly #lastShared = new Map<SessionExtension, string>();
  #isInitialized = false;
  #openResponses = 0;
  #hadStream = false;
  #lastUsed = Date.now();

  /** Adds itself to `sessions` once initialized, and removes itself when closed. */
  constructor(
    private readonly instance: ProtocolContext,
    sessions: Map<string, McpClient>,
  ) {
    this.diffs = instance.newDiffs();
    this.#transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => this.#id,
      onsessioninitialized: () => {
        this.#isInitialized = true;
        sessions.set(this.#id, this);
        instance.onDidConnect(this);
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
      if (sessions.delete(this.#id)) instance.onDidDisconnect(this);
    };
    this.#server.onerror = (error) => {
      instance.log.debug(`Client ${this.#id}: ${error.message}`);
    };
    // Not awaited: the transport has nothing to start.
    void this.#server.connect(this.#transport);
  }

  get view(): ClientView {
    return clientView(this.#id, this.#server.getClientVersion(), null);
  }

  get idleSince(): number | undefined {
    return this.#openResponses === 0 ? this.#lastUsed : undefined;
  }

  async handle(message: Message, response: ServerResponse): Promise<void> {
    const { request, body } = message;
    if (response.destroyed) return;
    let isStream = false;
    this.#openResponses += 1;
    response.once("close", () => {
      this.#openResponses -= 1;
      if (isStream) this.#hasStream = false;
      this.#lastUsed = Date.now();
      // The caller is gone, and its answers cannot be sent any other way.
      if (!response.writableFinished) this.#cancelRequests(body);
    });
    const answer = await this.#transport.handleRequest(
      webRequest(message),
      body === undefined ? {} : { parsedBody: body },
    );
    isStream = request.method === "GET" && answer.ok;
    const sent = send(answer, response, () => {
      this.instance.log.warn(
        `${agentName(this.view)}: cut off: it does not read what it is sent`,
      );
    });
    if (isStream) this.#openStream();
    await sent;
  }

  share(view: EditorView): void {
    if (!this.#hasStream) return;
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
    const timeout = this.#hadStream ? IDLE_TIMEOUT_AFTER_STREAM : IDLE_TIMEOUT;
    if (this.#openResponses === 0 && now - this.#lastUsed > timeout)
      void this.close();
  }

  /** Ends its streams at once. Its next request gets a 404, upon which a client initializes again. */
  async close(): Promise<void> {
    await this.#server.close();
  }

  async closeUnlessInitialized(): Promise<void> {
    if (!this.#isInitialized) await this.close();
  }

  /** Flushes the notifications queued while no stream was open. */
  #openStream(): void {
    this.#hasStream = true;
    this.#hadStream = true;
    this.#lastShared.clear();
    for (const notification of this.#queued.splice(0))
      this.#notify(notification);
    this.instance.onDidBecomeReady(this);
  }

  #notify(notification: Notification): void {
    if (!this.#hasStream) {
      this.#queued.push(notification);
      return;
    }
    this.#server.notification(notification).catch((error: unknown) => {
      this.instance.log.debug(`Not told: ${messageOf(error)}`);
    });
  }

  #cancelRequests(body: unknown): void {
    const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
    for (const { id } of messages.filter(isJSONRPCRequest))
      this.#transport.onmessage?.({
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId: id },
      });
  }
}
