// The MCP sessions of one port: routes a request to its session, or admits a new client.
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  isInitializeRequest,
  JSONRPCMessageSchema,
} from "@modelcontextprotocol/sdk/types.js";
import {
  messageTooLarge,
  notJsonRpc,
  tooManyClients,
} from "../../../core/messages/protocol";
import type { Log } from "../../../core/log";
import { MAX_MESSAGE_BYTES } from "../../endpoint/endpoint";
import { readBody } from "../../endpoint/readBody";
import { readMessage } from "../jsonMessage";
import { isModern } from "./modern";
import type { ModernClients } from "./modernClients";
import { type Message, errorResponse, send } from "./webHttp";

const METHODS = ["GET", "POST", "DELETE"];

/** A client by its session. */
export interface SessionClient {
  /** For the log. */
  readonly name: string;
  handle(message: Message, response: ServerResponse): Promise<void>;
  closeUnlessInitialized(): Promise<void>;
}

export interface SessionsOptions {
  /** It adds itself to the sessions, by its id, once it is initialized, and removes itself when it is closed. */
  readonly newClient: (sessions: Map<string, SessionClient>) => SessionClient;
  /** Loads those of a later revision, when the first of them comes; undefined: only those with sessions are served. */
  readonly newModern?: () => Promise<ModernClients>;
  /** False: there are too many. */
  readonly admit: () => boolean;
  readonly log: Log;
}

export class Sessions {
  readonly #clients = new Map<string, SessionClient>();
  #modern: Promise<ModernClients> | undefined;

  constructor(private readonly options: SessionsOptions) {}

  /** Resolves when the response has been sent; for a stream, when it ends. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const message = await this.#read(request);
    if (message instanceof Response) {
      await send(message, response);
      return;
    }
    const { newModern } = this.options;
    if (newModern && isModern(message) && isJsonRpc(message.body)) {
      this.#modern ??= newModern();
      await (await this.#modern).handle(message, response);
      return;
    }
    const id = request.headers["mcp-session-id"];
    const client = id === undefined ? undefined : this.#clients.get(String(id));
    if (id !== undefined && !client)
      await send(errorResponse(404, -32_001, "Session not found"), response);
    else if (!isJsonRpc(message.body))
      await send(errorResponse(400, -32_600, notJsonRpc), response);
    else if (client) await client.handle(message, response);
    else await this.#admit(message, response);
  }

  /** Only an initialize request makes it a client; the SDK answers anything else. */
  async #admit(message: Message, response: ServerResponse): Promise<void> {
    const client = this.options.newClient(this.#clients);
    await client.handle(message, response);
    await client.closeUnlessInitialized();
  }

  /** The request with its body, or the response that refuses it. */
  async #read(request: IncomingMessage): Promise<Message | Response> {
    if (!METHODS.includes(request.method ?? ""))
      return errorResponse(405, -32_000, "Method not allowed", {
        allow: METHODS.join(", "),
      });
    if (request.method !== "POST") return { request, body: undefined };
    const bytes = await readBody(request, MAX_MESSAGE_BYTES);
    if (bytes === undefined)
      return this.#refuse(
        request,
        413,
        -32_000,
        messageTooLarge(MAX_MESSAGE_BYTES),
      );
    const read = readMessage(bytes);
    if (read.kind === "refused")
      return this.#refuse(request, 400, -32_600, read.reason);
    const body = read.kind === "json" ? read.value : undefined;
    const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
    if (
      request.headers["mcp-session-id"] === undefined &&
      messages.some(isInitializeRequest) &&
      !this.options.admit()
    )
      return errorResponse(503, -32_000, tooManyClients);
    return { request, body };
  }

  /** Logs who is refused; a client that has no session yet has no name either. */
  #refuse(
    request: IncomingMessage,
    status: number,
    code: number,
    why: string,
  ): Response {
    const client = this.#clients.get(String(request.headers["mcp-session-id"]));
    const name = client?.name ?? "A client";
    this.options.log.warn(`${name}: ${why}`);
    return errorResponse(status, code, why);
  }
}

/** Whether it is a message or a batch of them. undefined (not JSON) passes: the SDK answers that. */
function isJsonRpc(body: unknown): boolean {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
  return (
    body === undefined ||
    messages.every((each) => JSONRPCMessageSchema.safeParse(each).success)
  );
}
