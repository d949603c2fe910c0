// Clients of MCP revision 2026-07-28, which has no sessions: every request is whole in itself. Who sends it is known by what it says of
// itself, so that its diffs are its own and it is one row of the list.
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import {
  createMcpHandler,
  type McpHttpHandler,
  ProtocolError,
  Server,
} from "@modelcontextprotocol/server";
import { CLIENT_HEADER } from "../../../core/control/clientHeader";
import { tooManyClients } from "../../../core/messages/protocol";
import { type Client, clientFacts } from "../../clients/client";
import { ClientProcess } from "../../clients/clientProcess";
import type { ClientFacts } from "../../machineContract";
import type { ProtocolContext } from "../protocol";
import { callTool, listTools, RpcError, rpcCodes } from "../toolCalls";
import { withExtensions } from "./extensions";
import { type ClientInfo, infoOf, isGoodbye } from "./modern";
import { errorResponse, type Message, send, webRequest } from "./webHttp";

/** Milliseconds without a request after which one counts as gone that has not said goodbye. */
const IDLE_TIMEOUT = 5 * 60_000;

export class ModernClients {
  readonly #clients = new Map<string, ModernClient>();

  constructor(private readonly instance: ProtocolContext) {}

  /** Resolves when the response has been sent; for a stream, when it ends. */
  async handle(message: Message, response: ServerResponse): Promise<void> {
    // Its end has passed already: nobody would hear of it.
    if (response.destroyed) return;
    const info = infoOf(message.body);
    const header = message.request.headers[CLIENT_HEADER];
    if (isGoodbye(message)) {
      for (const each of this.#clients.values())
        if (each.process === header) await each.close();
      await send(new Response(null, { status: 204 }), response);
      return;
    }
    const key = JSON.stringify([info?.name, info?.version, header]);
    let client = this.#clients.get(key);
    if (!client) {
      if (!this.instance.admit()) {
        const refusal = errorResponse(503, -32_000, tooManyClients);
        await send(refusal, response);
        return;
      }
      client = new ModernClient(this.instance, info, header, () => {
        this.#clients.delete(key);
      });
      this.#clients.set(key, client);
    }
    await client.handle(message, response);
  }
}

class ModernClient implements Client {
  readonly diffs;
  readonly activity;
  readonly #id = randomUUID();
  readonly #handler: McpHttpHandler;
  readonly #process = new ClientProcess(() => {
    this.instance.onDidBecomeReady(this);
  });
  #openResponses = 0;
  #lastUsed = Date.now();
  #isClosed = false;

  constructor(
    private readonly instance: ProtocolContext,
    private readonly info: ClientInfo | undefined,
    /** By its CLIENT_HEADER. */
    readonly process: string | string[] | undefined,
    private readonly onDidClose: () => void,
  ) {
    this.diffs = instance.newDiffs();
    this.activity = instance.newActivity();
    const { version, log } = instance;
    const context = instance.context(this);
    const tools = withExtensions([]);
    const newServer = () => {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- The tools of this one are plain data, and no functions of an McpServer.
      const server = new Server(
        { name: "berth", version },
        { capabilities: { tools: {} } },
      );
      server.fallbackRequestHandler = async (
        { method, params },
        { mcpReq },
      ) => {
        if (method === "tools/list") return { tools: listTools(tools) };
        if (method !== "tools/call")
          throw new ProtocolError(rpcCodes.methodNotFound, "Method not found");
        try {
          return await callTool(tools, params, context, mcpReq.signal, log);
        } catch (error) {
          if (error instanceof RpcError)
            throw new ProtocolError(error.code, error.message);
          throw error;
        }
      };
      return server;
    };
    this.#handler = createMcpHandler(newServer, {
      legacy: "reject",
      // A person may take long to decide on a diff; the comments of a stream show that the answer is still to come.
      responseMode: "sse",
      onerror: (error) => {
        log.debug(`${this.instance.nameOf(this)}: ${error.message}`);
      },
    });
    instance.onDidConnect(this);
    instance.onDidBecomeReady(this);
  }

  get view(): ClientFacts {
    const { pid } = this.#process;
    const facts = { id: this.#id, pid, takesMentions: false };
    return clientFacts(this.info, facts, this.activity);
  }

  get idleSince(): number | undefined {
    return this.#openResponses === 0 ? this.#lastUsed : undefined;
  }

  async handle(message: Message, response: ServerResponse): Promise<void> {
    this.#process.look(message.request.socket);
    const gone = new AbortController();
    this.#openResponses += 1;
    response.once("close", () => {
      this.#openResponses -= 1;
      this.#lastUsed = Date.now();
      gone.abort();
    });
    const answer = await this.#handler.fetch(webRequest(message, gone.signal), {
      parsedBody: message.body,
    });
    await send(answer, response, () => {
      this.instance.log.warn(
        `${this.instance.nameOf(this)}: cut off: it does not read what it is sent`,
      );
    });
  }

  share(): void {
    // This revision has no notification for it.
  }

  mention(): boolean {
    return false;
  }

  checkAlive(now = Date.now()): void {
    const isIdle =
      this.#openResponses === 0 && now - this.#lastUsed > IDLE_TIMEOUT;
    if (isIdle || this.#process.isGone) void this.close();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onDidClose();
    await this.#handler.close();
    this.instance.onDidDisconnect(this);
  }
}
