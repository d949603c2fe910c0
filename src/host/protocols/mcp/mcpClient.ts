// One session: an MCP client that comes by single requests, and goes without a word more often than not.
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { isJSONRPCRequest } from "@modelcontextprotocol/sdk/types.js";
import { messageOf } from "../../../core/errors";
import type { Client } from "../../clients/client";
import type { ClientDiffs } from "../../clients/clientDiffs";
import type { ClientView } from "../../contract";
import type { EditorView } from "../../view/editorCopy";
import { createMcpServer } from "../mcpServer";
import type { ProtocolSide } from "../protocol";
import type { Notification, SessionExtension } from "./extension";
import { extensions, withExtensions } from "./extensions";
import { type Message, send, webRequest } from "./webHttp";

/** Milliseconds without a request and without an open stream after which a client counts as gone. */
const SILENCE = 30 * 60_000;
/** The same for one whose stream of notifications has closed: the SDK's client opens that again within 4 s. */
const SILENCE_AFTER_STREAM = 20_000;

export class McpClient implements Client {
  readonly #id = randomUUID();
  readonly diffs: ClientDiffs;
  readonly #server: Server;
  readonly #transport: WebStandardStreamableHTTPServerTransport;
  readonly #extensions: readonly SessionExtension[];
  /** The stream of notifications is open. */
  #hasStream = false;
  readonly #untold: Notification[] = [];
  readonly #lastShared = new Map<SessionExtension, string>();
  #isIntroduced = false;
  #openAnswers = 0;
  #hadStream = false;
  #lastUsed = Date.now();

  /** Enters itself into the sessions once it has introduced itself, and leaves them when it is closed. */
  constructor(
    private readonly instance: ProtocolSide,
    sessions: Map<string, McpClient>,
  ) {
    this.diffs = instance.newDiffs();
    this.#transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => this.#id,
      onsessioninitialized: () => {
        this.#isIntroduced = true;
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
    this.#server = createMcpServer(
      instance.version,
      () => instance.context(this),
      { tools: withExtensions(this.#extensions) },
    );
    this.#server.oninitialized = () => {
      instance.onDidIntroduce(this);
    };
    this.#server.onclose = () => {
      if (sessions.delete(this.#id)) instance.onDidDisconnect(this);
    };
    this.#server.onerror = (error) => {
      instance.log.debug(`Client ${this.#id}: ${error.message}`);
    };
    // Nothing is awaited: the transport has nothing to start.
    void this.#server.connect(this.#transport);
  }

  get view(): ClientView {
    const implementation = this.#server.getClientVersion();
    return {
      id: this.#id,
      name: implementation?.name ?? null,
      version: implementation?.version ?? null,
      pid: null,
    };
  }

  get silentSince(): number | undefined {
    return this.#openAnswers === 0 ? this.#lastUsed : undefined;
  }

  async answer(message: Message, response: ServerResponse): Promise<void> {
    const { request, body } = message;
    if (response.destroyed) return;
    let isStream = false;
    this.#openAnswers += 1;
    response.once("close", () => {
      this.#openAnswers -= 1;
      if (isStream) this.#hasStream = false;
      this.#lastUsed = Date.now();
      // Whoever waited for these answers is gone, and there is no other way to send them.
      if (!response.writableFinished) this.#takeBack(body);
    });
    const answer = await this.#transport.handleRequest(
      webRequest(message),
      body === undefined ? {} : { parsedBody: body },
    );
    isStream = request.method === "GET" && answer.ok;
    const sent = send(answer, response);
    if (isStream) this.#openStream();
    await sent;
  }

  share(view: EditorView): void {
    if (!this.#hasStream) return;
    for (const extension of this.#extensions) {
      const notification = extension.describe(view);
      const text = JSON.stringify(notification);
      if (text === this.#lastShared.get(extension)) continue;
      this.#lastShared.set(extension, text);
      this.#notify(notification);
    }
  }

  mention(): boolean {
    // Nor about what the user points it to.
    return false;
  }

  checkAlive(now = Date.now()): void {
    const patience = this.#hadStream ? SILENCE_AFTER_STREAM : SILENCE;
    if (this.#openAnswers === 0 && now - this.#lastUsed > patience)
      void this.close();
  }

  /** Ends its streams at once; its next request gets a 404, at which a client introduces itself again. */
  async close(): Promise<void> {
    await this.#server.close();
  }

  async closeUnlessIntroduced(): Promise<void> {
    if (!this.#isIntroduced) await this.close();
  }

  /** What was said while nobody listened is said now. */
  #openStream(): void {
    this.#hasStream = true;
    this.#hadStream = true;
    this.#lastShared.clear();
    for (const notification of this.#untold.splice(0))
      this.#notify(notification);
    this.instance.onDidIntroduce(this);
  }

  #notify(notification: Notification): void {
    if (!this.#hasStream) {
      this.#untold.push(notification);
      return;
    }
    this.#server.notification(notification).catch((error: unknown) => {
      this.instance.log.debug(`Not told: ${messageOf(error)}`);
    });
  }

  #takeBack(body: unknown): void {
    const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
    for (const { id } of messages.filter(isJSONRPCRequest))
      this.#transport.onmessage?.({
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId: id },
      });
  }
}
