// MCP over one WebSocket, as Claude Code speaks it: one message per frame. Bad messages are answered, not fatal.
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ErrorCode,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { RawData, WebSocket } from "ws";
import { isDeeper, MAX_DEPTH } from "../depth";

const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

export class WebSocketTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;

  constructor(private readonly socket: WebSocket) {}

  start(): Promise<void> {
    this.socket.on("message", (data) => {
      this.#receive(textOf(data));
    });
    this.socket.on("error", (error) => this.onerror?.(error));
    this.socket.on("close", () => this.onclose?.());
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    this.#write(message);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.socket.close();
    return Promise.resolve();
  }

  #receive(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.#refuse(null, ErrorCode.ParseError, "This is not JSON.");
      return;
    }
    if (isPing(value)) {
      // Answered here: the SDK answers the same, at several times the cost.
      void this.send({ jsonrpc: "2.0", id: value.id, result: {} });
      return;
    }
    if (isDeeper(text, MAX_DEPTH)) {
      this.#refuse(
        idOf(value),
        ErrorCode.InvalidRequest,
        `Nested deeper than ${MAX_DEPTH}.`,
      );
      return;
    }
    const parsed = JSONRPCMessageSchema.safeParse(value);
    if (parsed.success) this.onmessage?.(parsed.data);
    else
      this.#refuse(
        idOf(value),
        ErrorCode.InvalidRequest,
        "This is not a JSON-RPC 2.0 message.",
      );
  }

  #refuse(id: string | number | null, code: ErrorCode, message: string): void {
    this.#write({ jsonrpc: "2.0", id, error: { code, message } });
  }

  /** Backpressure: a peer that does not read is disconnected before its backlog fills our memory. */
  #write(message: object): void {
    this.socket.send(JSON.stringify(message));
    if (this.socket.bufferedAmount > MAX_BUFFERED_BYTES)
      this.socket.terminate();
  }
}

interface Ping {
  readonly id: string | number;
}

/** A plain ping; one with anything else in it is left to the SDK. */
function isPing(value: unknown): value is Ping {
  if (typeof value !== "object" || value === null) return false;
  const message = value as Record<string, unknown>;
  const { jsonrpc, method, id } = message;
  return (
    method === "ping" &&
    jsonrpc === "2.0" &&
    (typeof id === "string" || Number.isInteger(id)) &&
    Object.keys(message).length === 3
  );
}

/** Some clients send text as binary frames. */
function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

function idOf(value: unknown): string | number | null {
  if (typeof value !== "object" || value === null || !("id" in value))
    return null;
  return typeof value.id === "string" || typeof value.id === "number"
    ? value.id
    : null;
}
