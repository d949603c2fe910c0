// MCP over one WebSocket, as Claude Code speaks it: one message per frame. Bad messages are answered, not fatal.
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ErrorCode,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { RawData, WebSocket } from "ws";
import { errorCode } from "../../../core/errors";
import { notJson, notJsonRpc } from "../../../core/messages/protocol";
import { readMessage } from "../jsonMessage";

const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

export class WebSocketTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;

  /** `onDidRefuse` is told why a message was refused or the client cut off. */
  constructor(
    private readonly socket: WebSocket,
    private readonly onDidRefuse: (why: string) => void,
  ) {}

  start(): Promise<void> {
    this.socket.on("message", (data) => {
      this.#receive(bytesOf(data));
    });
    this.socket.on("error", (error) => {
      if (errorCode(error) === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH")
        this.onDidRefuse("cut off: its message is too large (1009)");
      this.onerror?.(error);
    });
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

  #receive(bytes: Buffer): void {
    const message = readMessage(bytes);
    if (message.kind === "notJson") {
      this.#refuse(null, ErrorCode.ParseError, notJson);
      return;
    }
    const { value } = message;
    if (message.kind === "refused") {
      this.#refuse(idOf(value), ErrorCode.InvalidRequest, message.reason);
      return;
    }
    if (isPing(value)) {
      // Answered here: the SDK answers the same, at several times the cost.
      void this.send({ jsonrpc: "2.0", id: value.id, result: {} });
      return;
    }
    const parsed = JSONRPCMessageSchema.safeParse(value);
    if (parsed.success) this.onmessage?.(parsed.data);
    else this.#refuse(idOf(value), ErrorCode.InvalidRequest, notJsonRpc);
  }

  #refuse(id: string | number | null, code: ErrorCode, message: string): void {
    this.onDidRefuse(`message refused: ${message}`);
    this.#write({ jsonrpc: "2.0", id, error: { code, message } });
  }

  /**
   * Backpressure: a peer that does not read is disconnected before its backlog fills our memory. Only what was queued
   * before counts, so that one large message cuts nobody who reads.
   */
  #write(message: object): void {
    const { readyState, OPEN, bufferedAmount } = this.socket;
    if (readyState !== OPEN) return;
    if (bufferedAmount > MAX_BUFFERED_BYTES) {
      this.onDidRefuse("cut off: it does not read what it is sent");
      this.socket.terminate();
    } else this.socket.send(JSON.stringify(message));
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

/** Text and binary frames alike: some clients send text as binary. */
function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

function idOf(value: unknown): string | number | null {
  if (typeof value !== "object" || value === null || !("id" in value))
    return null;
  return typeof value.id === "string" || typeof value.id === "number"
    ? value.id
    : null;
}
