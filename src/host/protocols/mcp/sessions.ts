// The sessions of one instance: finds the one a request belongs to, or lets a new client in.
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  isInitializeRequest,
  JSONRPCMessageSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { MAX_MESSAGE_BYTES } from "../../endpoint/endpoint";
import { isDeeper, MAX_DEPTH } from "../depth";
import type { ProtocolSide } from "../protocol";
import { McpClient } from "./mcpClient";
import { type Message, readBody, refusal, send } from "./webHttp";

const METHODS = ["GET", "POST", "DELETE"];

export class Sessions {
  readonly #clients = new Map<string, McpClient>();

  constructor(private readonly instance: ProtocolSide) {}

  /** Resolves when the answer has been sent, which for a stream is when it ends. */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const message = await this.#read(request);
    if (message instanceof Response) {
      await send(message, response);
      return;
    }
    const id = request.headers["mcp-session-id"];
    const client = id === undefined ? undefined : this.#clients.get(String(id));
    if (id !== undefined && !client)
      await send(refusal(404, -32_001, "Session not found"), response);
    else if (!isUnderstood(message.body))
      await send(
        refusal(400, -32_600, "This is not a JSON-RPC 2.0 message."),
        response,
      );
    else if (client) await client.answer(message, response);
    else await this.#letIn(message, response);
  }

  /** Only an introduction makes it a client; to anything else the SDK has its own answers. */
  async #letIn(message: Message, response: ServerResponse): Promise<void> {
    const client = new McpClient(this.instance, this.#clients);
    await client.answer(message, response);
    await client.closeUnlessIntroduced();
  }

  /** The request with its body, or why it is refused. */
  async #read(request: IncomingMessage): Promise<Message | Response> {
    if (!METHODS.includes(request.method ?? ""))
      return refusal(405, -32_000, "Method not allowed", {
        allow: METHODS.join(", "),
      });
    if (request.method !== "POST")
      return { request, text: "", body: undefined };
    const text = await readBody(request, MAX_MESSAGE_BYTES);
    if (text === undefined)
      return refusal(
        413,
        -32_000,
        `A message may have ${MAX_MESSAGE_BYTES} bytes. Send less at once.`,
      );
    const body = parse(text);
    if (body !== undefined && isDeeper(text, MAX_DEPTH))
      return refusal(400, -32_600, `Nested deeper than ${MAX_DEPTH}.`);
    const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
    if (
      request.headers["mcp-session-id"] === undefined &&
      messages.some(isInitializeRequest) &&
      !this.instance.admit()
    )
      return refusal(
        503,
        -32_000,
        "This instance has as many clients as it may have. Close one, or raise the setting berth.maxClients.",
      );
    return { request, text, body };
  }
}

/** Whether it is a message or a batch of them; to what is not JSON at all the SDK has its own answer. */
function isUnderstood(body: unknown): boolean {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
  return (
    body === undefined ||
    messages.every((each) => JSONRPCMessageSchema.safeParse(each).success)
  );
}

/** undefined: it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
