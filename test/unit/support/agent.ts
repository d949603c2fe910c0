// An agent that connects as Claude Code does: JSON-RPC over a WebSocket, with the token in a header. It can also send
// malformed messages.
import { once } from "node:events";
import { type RawData, WebSocket } from "ws";
import { until } from "../../harness/until";

export interface Answer {
  readonly jsonrpc: string;
  readonly id: string | number | null;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

interface Notification {
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

export interface ToolResult {
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly isError?: boolean;
}

export interface AgentOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
}

export class Agent {
  readonly answers: Answer[] = [];
  readonly notifications: Notification[] = [];
  /** The code of the close frame, once closed. */
  closeCode: number | undefined;
  #lastId = 0;

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data: RawData) => {
      const message = JSON.parse((data as Buffer).toString()) as Answer &
        Notification;
      if ("method" in message) this.notifications.push(message);
      else this.answers.push(message);
    });
    socket.on("close", (code) => {
      this.closeCode = code;
    });
    socket.on("error", () => undefined);
  }

  /** Connects without an introduction; rejects with the server's answer if the handshake fails. */
  static async open(
    { port, token }: { port: number; token: string },
    { headers = {}, protocols = ["mcp"] }: AgentOptions = {},
  ): Promise<Agent> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, [...protocols], {
      headers: { "x-claude-code-ide-authorization": token, ...headers },
    });
    const agent = new Agent(socket);
    await once(socket, "open");
    return agent;
  }

  /** Connects and introduces itself as Claude Code does. */
  static async connect(
    address: { port: number; token: string },
    options?: AgentOptions,
  ): Promise<Agent> {
    const agent = await Agent.open(address, options);
    await agent.introduce();
    return agent;
  }

  async introduce(): Promise<void> {
    await this.request("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "claude-code", version: "2.1.0" },
    });
    this.notify("notifications/initialized");
    this.notify("ide_connected", { pid: process.pid });
  }

  notify(method: string, params?: object): void {
    this.send({ jsonrpc: "2.0", method, params });
  }

  /** Sends text as it is, and anything else as JSON. */
  send(message: unknown): void {
    this.socket.send(
      typeof message === "string" ? message : JSON.stringify(message),
    );
  }

  request(method: string, params?: unknown): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.send({ jsonrpc: "2.0", id, method, params });
    return this.answer(id);
  }

  /** Resolves with the answer; fails if the connection closes before it arrives. */
  async answer(id: string | number | null): Promise<Answer> {
    const find = () => this.answers.find((answer) => answer.id === id);
    // A diff is answered only when a person has decided, perhaps after many others.
    await until(
      `an answer with id ${id}`,
      () => find() !== undefined || this.closeCode !== undefined,
      300_000,
    );
    const answer = find();
    if (!answer) throw new Error(`Closed with ${this.closeCode}, unanswered`);
    return answer;
  }

  async call(name: string, args: unknown = {}): Promise<ToolResult> {
    const answer = await this.request("tools/call", { name, arguments: args });
    if (!answer.result) throw new Error(JSON.stringify(answer.error));
    return answer.result as unknown as ToolResult;
  }

  /** The JSON in the first item of a tool's result. */
  async callForJson(name: string, args?: unknown): Promise<unknown> {
    const { content } = await this.call(name, args);
    return JSON.parse(content[0]?.text ?? "") as unknown;
  }

  notified(method: string): Notification[] {
    return this.notifications.filter(
      (notification) => notification.method === method,
    );
  }

  closed(): Promise<number> {
    return until("the server closes the connection", () => this.closeCode);
  }

  dispose(): void {
    this.socket.terminate();
  }
}
