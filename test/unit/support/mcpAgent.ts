// An agent that speaks MCP over Streamable HTTP through the SDK's own client, and single requests that it never sends.
import { once } from "node:events";
import { type IncomingMessage, request, type RequestOptions } from "node:http";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { ToolResult } from "./agent";

interface Address {
  readonly port: number;
  readonly token: string;
}

interface Notification {
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

export class McpAgent {
  readonly notifications: Notification[] = [];

  private constructor(
    readonly client: Client,
    readonly transport: StreamableHTTPClientTransport,
  ) {
    client.fallbackNotificationHandler = (notification) => {
      this.notifications.push(notification as Notification);
      return Promise.resolve();
    };
  }

  static async connect({ port, token }: Address): Promise<McpAgent> {
    const transport = new StreamableHTTPClientTransport(
      new URL(`http://127.0.0.1:${port}/mcp`),
      { requestInit: { headers: { authorization: `Bearer ${token}` } } },
    );
    const client = new Client({
      name: "streamable-http-client",
      version: "1.2.3",
    });
    const agent = new McpAgent(client, transport);
    await client.connect(transport);
    return agent;
  }

  /** Waits as long as a person may take to decide. */
  async call(
    name: string,
    args: Record<string, unknown> = {},
    signal?: AbortSignal,
  ): Promise<ToolResult> {
    const result = await this.client.callTool(
      { name, arguments: args },
      undefined,
      { timeout: 600_000, ...(signal && { signal }) },
    );
    return result as ToolResult;
  }

  notified(method: string): Notification[] {
    return this.notifications.filter(
      (notification) => notification.method === method,
    );
  }

  /** Disconnects as a killed process does: without DELETE. */
  async dispose(): Promise<void> {
    await this.client.close();
  }
}

export const introduction = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "probe", version: "1" },
  },
};

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** The error of a refusal, null without one. */
  readonly error: { readonly code: number; readonly message: string } | null;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Strings are sent as they are, anything else as JSON. */
  readonly body?: unknown;
}

/** Starts one request, valid except for what is given. */
export function open({ port, token }: Address, sent: Sent = {}) {
  const { method = "POST", headers = {}, body } = sent;
  const options: RequestOptions = {
    host: "127.0.0.1",
    port,
    path: "/mcp",
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...headers,
    },
  };
  const outgoing = request(options);
  outgoing.on("error", () => undefined);
  outgoing.end(typeof body === "string" ? body : JSON.stringify(body));
  return outgoing;
}

/** Sends one request as open() does, and resolves with the whole answer. */
export async function ask(address: Address, sent?: Sent): Promise<Reply> {
  const [response] = (await once(open(address, sent), "response")) as [
    IncomingMessage,
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    error: text.startsWith("{")
      ? ((JSON.parse(text) as Partial<Reply>).error ?? null)
      : null,
  };
}
