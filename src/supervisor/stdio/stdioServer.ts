// An MCP server that speaks on its standard streams, shared by all clients of its worktree: each has a session of its own, and
// the server sees one client, Berth. Requests are told apart by an id of Berth's own.
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import {
  ReadBuffer,
  serializeMessage,
} from "@modelcontextprotocol/sdk/shared/stdio.js";
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
import { stdioServerEnded } from "../../core/backendMessages";
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";

/** Bytes of one message. */
const MAX_MESSAGE = 64 * 1024 * 1024;

/** Of JSON-RPC. */
const METHOD_NOT_FOUND = -32_601;
const CONNECTION_CLOSED = -32_000;

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
  /** For Berth's own calls. */
  readonly settle?: (response: JSONRPCResponse) => void;
}

export class StdioServer {
  readonly #calls = new Map<RequestId, Call>();
  readonly #clients = new Set<StdioClient>();
  readonly #buffer = new ReadBuffer({ maxBufferSize: MAX_MESSAGE });
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
    stdin.on("error", (error) => {
      options.log.debug(`Its input has ended: ${messageOf(error)}`);
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

  /** How many there are. */
  get clients(): number {
    return this.#clients.size;
  }

  add(client: StdioClient): void {
    this.#clients.add(client);
  }

  /** What it still waits for is cancelled. */
  remove(client: StdioClient): void {
    this.#clients.delete(client);
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
      call.client?.receive(closed(call.id), call.id);
      call.settle?.(closed(id));
    }
  }

  async #introduce(signal: AbortSignal): Promise<void> {
    const response = await new Promise<JSONRPCResponse>((resolve, reject) => {
      signal.addEventListener("abort", () => {
        reject(signal.reason as Error);
      });
      const id = this.#open({
        client: null,
        id: 0,
        progressToken: undefined,
        settle: resolve,
      });
      this.#write({
        jsonrpc: "2.0",
        id,
        method: "initialize",
        params: {
          protocolVersion: LATEST_PROTOCOL_VERSION,
          // Nothing that only one of many clients could answer.
          capabilities: { roots: {} },
          clientInfo: { name: "berth", version: this.options.version },
        },
      });
    });
    if (!("result" in response))
      throw new Error(`it refuses: ${response.error.message}`);
    this.#initialized = InitializeResultSchema.parse(response.result);
    this.#write({ jsonrpc: "2.0", method: "notifications/initialized" });
  }

  #request(client: StdioClient, message: JSONRPCRequest): void {
    if (this.#isEnded) {
      client.receive(closed(message.id), message.id);
      return;
    }
    const progressToken = message.params?._meta?.progressToken;
    const id = this.#open({ client, id: message.id, progressToken });
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
    try {
      this.#buffer.append(chunk);
    } catch (error) {
      this.options.log.warn(
        `What it has written is left out: ${messageOf(error)}`,
      );
      return;
    }
    for (;;) {
      try {
        const message = this.#buffer.readMessage();
        if (message === null) return;
        this.#receive(message);
      } catch {
        // Programs print other things too; the rest of them are lines of their own.
        this.options.log.debug("A line of its output is no message");
      }
    }
  }

  #receive(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) this.#answer(message);
    else if (
      isJSONRPCResultResponse(message) ||
      isJSONRPCErrorResponse(message)
    )
      this.#settle(message);
    else this.#pass(message);
  }

  /** What the server asks of its client. */
  #answer({ id, method }: JSONRPCRequest): void {
    if (method === "ping") this.#write({ jsonrpc: "2.0", id, result: {} });
    else if (method === "roots/list")
      this.#write({
        jsonrpc: "2.0",
        id,
        result: {
          roots: [
            {
              uri: pathToFileURL(this.options.worktree).href,
              name: path.basename(this.options.worktree),
            },
          ],
        },
      });
    else
      this.#write({
        jsonrpc: "2.0",
        id,
        error: { code: METHOD_NOT_FOUND, message: "Method not found" },
      });
  }

  #settle(response: JSONRPCResponse): void {
    const { id } = response;
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (id === undefined || !call) return;
    this.#calls.delete(id);
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
    else if (message.method !== "notifications/progress")
      for (const client of this.#clients) client.receive(message);
  }

  #write(message: JSONRPCMessage): void {
    if (this.input.writable) this.input.write(serializeMessage(message));
  }
}

function closed(id: RequestId): JSONRPCResponse {
  return {
    jsonrpc: "2.0",
    id,
    error: { code: CONNECTION_CLOSED, message: stdioServerEnded },
  };
}
