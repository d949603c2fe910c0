// An MCP server that speaks on its standard streams, shared by all clients of its worktree: each has a session of its own, and
// the server sees one client, Berth. Requests are told apart by an id of Berth's own.
import type { Readable, Writable } from "node:stream";
import { serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
import {
  type InitializeResult,
  InitializeResultSchema,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResponse,
  LATEST_PROTOCOL_VERSION,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import {
  stdioServerEnded,
  stdioServerIsBusy,
} from "../../core/backendMessages";
import { ByteLines } from "../../core/byteLines";
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";
import { answerServer } from "./answerServer";
import { parseMessage } from "./parseMessage";
import { subscriptionOf, Subscriptions } from "./subscriptions";

/** Bytes of one message. */
const MAX_MESSAGE = 10 * 1024 * 1024;
/** Bytes that wait for a server that does not read; requests that come then are answered with an error, the rest is dropped. */
const MAX_BACKLOG = 32 * 1024 * 1024;

/** Of JSON-RPC. */
const CONNECTION_CLOSED = -32_000;
/** Notifications that are nothing to other clients, nor to anybody once the call is over. */
const OF_ONE_CALL = ["notifications/progress", "notifications/cancelled"];

export interface StandardStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
}

export interface StdioServerOptions {
  /** The only root that it is told of. */
  readonly worktree: string;
  /** Of Berth. */
  readonly version: string;
  readonly log: Log;
}

/** One client of the server. */
export interface StdioClient {
  /** `related`: the request of this client's that it belongs to. */
  receive(message: JSONRPCMessage, related?: RequestId): void;
}

interface Call {
  readonly client: StdioClient | null;
  /** The client's own. */
  readonly id: RequestId;
  readonly progressToken: RequestId | undefined;
  /** The resource that it subscribes to, if it is not refused. */
  readonly subscribed?: string | undefined;
  /** For Berth's own calls. */
  readonly settle?: (response: JSONRPCResponse) => void;
}

export class StdioServer {
  readonly #calls = new Map<RequestId, Call>();
  readonly #clients = new Set<StdioClient>();
  readonly #subscriptions = new Subscriptions<StdioClient>();
  readonly #lines = new ByteLines(MAX_MESSAGE);
  #lastId = 0;
  #initialized: InitializeResult | undefined;
  #isEnded = false;

  private constructor(
    private readonly input: Writable,
    private readonly options: StdioServerOptions,
  ) {}

  /** Introduces Berth to the server. Rejects if it does not answer as one, or with the signal's reason. */
  static async start(
    { stdin, stdout }: StandardStreams,
    options: StdioServerOptions,
    signal: AbortSignal,
  ): Promise<StdioServer> {
    const server = new StdioServer(stdin, options);
    for (const stream of [stdin, stdout])
      stream.on("error", (error) => {
        options.log.debug(`A stream of it has ended: ${messageOf(error)}`);
      });
    stdout.on("data", (chunk: Buffer) => {
      server.#read(chunk);
    });
    await server.#introduce(signal);
    return server;
  }

  /** What it has said of itself. */
  get initialized(): InitializeResult {
    if (!this.#initialized) throw new Error("It has not been initialized.");
    return this.#initialized;
  }

  add(client: StdioClient): void {
    this.#clients.add(client);
  }

  /** What it still waits for is cancelled, and what it alone is subscribed to is given up. */
  remove(client: StdioClient): void {
    this.#clients.delete(client);
    for (const uri of this.#subscriptions.removeAllOf(client))
      this.#ask("resources/unsubscribe", { uri }, () => undefined);
    for (const [id, call] of this.#calls)
      if (call.client === client) this.#cancel(id);
  }

  /** Passes a request or a notification of the client on. */
  send(client: StdioClient, message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) this.#request(client, message);
    else if ("method" in message) this.#notify(client, message);
  }

  /** The process has ended: all that wait hear of it. */
  end(): void {
    this.#isEnded = true;
    for (const [id, call] of this.#calls) {
      this.#calls.delete(id);
      call.client?.receive(failure(call.id, stdioServerEnded), call.id);
      call.settle?.(failure(id, stdioServerEnded));
    }
  }

  async #introduce(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const response = await new Promise<JSONRPCResponse>((resolve, reject) => {
      signal.addEventListener("abort", () => {
        reject(signal.reason as Error);
      });
      const params = {
        protocolVersion: LATEST_PROTOCOL_VERSION,
        // Nothing that only one of many clients could answer.
        capabilities: { roots: {} },
        clientInfo: { name: "berth", version: this.options.version },
      };
      this.#ask("initialize", params, resolve);
    });
    if (!("result" in response))
      throw new Error(`it refuses: ${response.error.message}`);
    this.#initialized = InitializeResultSchema.parse(response.result);
    this.#write({ jsonrpc: "2.0", method: "notifications/initialized" });
  }

  /** A request of Berth's own. */
  #ask(
    method: string,
    params: JSONRPCRequest["params"],
    settle: (response: JSONRPCResponse) => void,
  ): void {
    const call = { client: null, id: 0, progressToken: undefined, settle };
    this.#write({ jsonrpc: "2.0", id: this.#open(call), method, params });
  }

  #request(client: StdioClient, message: JSONRPCRequest): void {
    const isEnded = this.#isEnded || !this.input.writable;
    if (isEnded || this.input.writableLength > MAX_BACKLOG) {
      const why = isEnded ? stdioServerEnded : stdioServerIsBusy;
      client.receive(failure(message.id, why), message.id);
      return;
    }
    const { subscribed, unsubscribed } = subscriptionOf(message);
    if (
      unsubscribed !== undefined &&
      !this.#subscriptions.remove(unsubscribed, client)
    ) {
      // Another client wants to hear of it.
      const { id } = message;
      client.receive({ jsonrpc: "2.0", id, result: {} }, id);
      return;
    }
    const progressToken = message.params?._meta?.progressToken;
    const id = this.#open({
      client,
      id: message.id,
      progressToken,
      subscribed,
    });
    const params =
      progressToken === undefined
        ? message.params
        : {
            ...message.params,
            _meta: { ...message.params?._meta, progressToken: id },
          };
    this.#write({ ...message, id, ...(params && { params }) });
  }

  #notify(client: StdioClient, message: JSONRPCNotification): void {
    switch (message.method) {
      // The server knows one client, and that has said so.
      case "notifications/initialized":
      case "notifications/roots/list_changed":
        return;
      case "notifications/cancelled": {
        const { requestId } = message.params ?? {};
        for (const [id, call] of this.#calls)
          if (call.client === client && call.id === requestId) this.#cancel(id);
        return;
      }
      default:
        this.#write(message);
    }
  }

  #open(call: Call): RequestId {
    this.#lastId += 1;
    this.#calls.set(this.#lastId, call);
    return this.#lastId;
  }

  #cancel(requestId: RequestId): void {
    this.#calls.delete(requestId);
    this.#write({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId },
    });
  }

  #read(chunk: Buffer): void {
    const { lines, dropped } = this.#lines.add(chunk);
    if (dropped > 0)
      this.options.log.warn(
        "A message of a server on standard streams was too large and is left out",
      );
    for (const line of lines) {
      const message = parseMessage(line);
      if (message) this.#receive(message);
      // Programs print other things too.
      else this.options.log.debug("A line of its output is no message");
    }
  }

  #receive(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message))
      this.#write(answerServer(message, this.options.worktree));
    else if (
      isJSONRPCResultResponse(message) ||
      isJSONRPCErrorResponse(message)
    )
      this.#settle(message);
    else this.#pass(message);
  }

  #settle(response: JSONRPCResponse): void {
    const { id } = response;
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (id === undefined || !call) return;
    this.#calls.delete(id);
    if (call.client && call.subscribed !== undefined && "result" in response)
      this.#subscriptions.add(call.subscribed, call.client);
    call.settle?.(response);
    call.client?.receive({ ...response, id: call.id }, call.id);
  }

  #pass(message: JSONRPCNotification): void {
    const token = message.params?.["progressToken"] as RequestId | undefined;
    const call =
      message.method === "notifications/progress" && token !== undefined
        ? this.#calls.get(token)
        : undefined;
    if (call)
      call.client?.receive(
        {
          ...message,
          params: { ...message.params, progressToken: call.progressToken },
        },
        call.id,
      );
    else if (!OF_ONE_CALL.includes(message.method))
      for (const client of this.#clients) client.receive(message);
  }

  #write(message: JSONRPCMessage): void {
    if (this.input.writable && this.input.writableLength <= MAX_BACKLOG)
      this.input.write(serializeMessage(message));
  }
}

function failure(id: RequestId, message: string): JSONRPCResponse {
  return { jsonrpc: "2.0", id, error: { code: CONNECTION_CLOSED, message } };
}
