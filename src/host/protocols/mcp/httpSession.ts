// One MCP session over Streamable HTTP: a client that sends single requests and usually disappears without closing its session.
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { isJSONRPCRequest } from "@modelcontextprotocol/sdk/types.js";
import { type Message, send, webRequest } from "./webHttp";

/** Milliseconds without a request and without an open stream after which a client counts as gone. */
const IDLE_TIMEOUT = 30 * 60_000;
/**
 * The same once its notification stream has closed, which the SDK's client reopens within 4 s, and before it has said that it knows of its
 * session.
 */
const SHORT_IDLE_TIMEOUT = 20_000;

export interface HttpSessionEvents {
  /** Its initialize request has been understood; the answer follows. */
  onDidInitialize(): void;
  /** Its stream for notifications has opened. */
  onDidOpenStream(): void;
  /** It was cut off, because it does not read. */
  onDidCut(): void;
}

export class HttpSession {
  readonly id = randomUUID();
  readonly transport: WebStandardStreamableHTTPServerTransport;
  #isInitialized = false;
  /** The client has its answer, and knows of its session. */
  #isIntroduced = false;
  /** The notification stream is open. */
  #hasStream = false;
  #hadStream = false;
  #openResponses = 0;
  #lastUsed = Date.now();

  constructor(private readonly events: HttpSessionEvents) {
    this.transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => this.id,
      onsessioninitialized: () => {
        this.#isInitialized = true;
        events.onDidInitialize();
      },
    });
  }

  get isInitialized(): boolean {
    return this.#isInitialized;
  }

  get hasStream(): boolean {
    return this.#hasStream;
  }

  /** See Client. */
  get idleSince(): number | undefined {
    return this.#openResponses === 0 ? this.#lastUsed : undefined;
  }

  /** Whether it has been silent for so long that nobody is there. */
  isExpired(now = Date.now()): boolean {
    const isLong = this.#isIntroduced && !this.#hadStream;
    const timeout = isLong ? IDLE_TIMEOUT : SHORT_IDLE_TIMEOUT;
    return this.#openResponses === 0 && now - this.#lastUsed > timeout;
  }

  /** Resolves when the response has been sent; for a stream, when it ends. */
  async handle(message: Message, response: ServerResponse): Promise<void> {
    const { request, body } = message;
    if (response.destroyed) return;
    this.#isIntroduced = this.#isInitialized;
    let isStream = false;
    this.#openResponses += 1;
    response.once("close", () => {
      this.#openResponses -= 1;
      if (isStream) this.#hasStream = false;
      this.#lastUsed = Date.now();
      // The caller is gone, and its answers cannot be sent any other way.
      if (!response.writableFinished) this.#cancelRequests(body);
    });
    const answer = await this.transport.handleRequest(
      webRequest(message),
      body === undefined ? {} : { parsedBody: body },
    );
    isStream = request.method === "GET" && answer.ok;
    const sent = send(answer, response, () => {
      this.events.onDidCut();
    });
    if (isStream) {
      this.#hasStream = true;
      this.#hadStream = true;
      this.events.onDidOpenStream();
    }
    await sent;
  }

  #cancelRequests(body: unknown): void {
    const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
    for (const { id } of messages.filter(isJSONRPCRequest))
      this.transport.onmessage?.({
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId: id },
      });
  }
}
