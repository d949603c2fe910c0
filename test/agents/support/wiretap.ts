// A proxy between a real agent and an instance that forwards everything and records it.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import type { InstanceRecord } from "../../../src/core/registry/formats";
import { listen, portsFor } from "../../../src/core/system/ports";
import type { TestHome } from "../../harness/testHome";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: { readonly isError?: boolean };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A request of an agent, with the answer once there is one. */
interface Exchange {
  readonly request: Message;
  answer?: Message;
}

/** Below every system's ephemeral ports, and outside Berth's range. */
const range = { first: 15_000, last: 18_999 };
const tokenHeader = "x-claude-code-ide-authorization";

export class Wiretap {
  /** Of all agents, in the order of the requests. */
  readonly exchanges: Exchange[] = [];

  readonly #sockets: WebSocketServer;

  private constructor(
    private readonly server: Server,
    readonly port: number,
    instance: InstanceRecord,
  ) {
    this.#sockets = new WebSocketServer({ server });
    this.#sockets.on("connection", (agent, { headers }) => {
      const token = headers[tokenHeader];
      const editor = new WebSocket(
        `ws://127.0.0.1:${instance.port}/`,
        ["mcp"],
        { headers: typeof token === "string" ? { [tokenHeader]: token } : {} },
      );
      const isOpen = once(editor, "open");
      const asked = new Map<number, Exchange>();
      agent.on("message", (data) => {
        const request = read(data);
        if (request.id !== undefined && request.method !== undefined) {
          const exchange = { request };
          asked.set(request.id, exchange);
          this.exchanges.push(exchange);
        }
        void isOpen.then(() => {
          editor.send(data, { binary: false });
        });
      });
      editor.on("message", (data) => {
        const { id, method } = read(data);
        const exchange =
          method === undefined && id !== undefined && asked.get(id);
        if (exchange) exchange.answer = read(data);
        agent.send(data, { binary: false });
      });
      agent.on("close", () => {
        editor.close();
      });
      editor.on("close", () => {
        agent.close();
      });
    });
  }

  /** Listens on a port of its own, with a lock file, for agents that are started with that port. */
  static async open(
    home: TestHome,
    instance: InstanceRecord,
  ): Promise<Wiretap> {
    const server = createServer();
    for (const port of portsFor(randomUUID(), range))
      if (await listen(server, port)) {
        const lock = {
          pid: process.pid,
          workspaceFolders: [instance.worktree],
          ideName: "Wiretap",
          transport: "ws",
          runningInWindows: false,
          authToken: instance.token,
        };
        const file = path.join(home.lockFolder, `${port}.lock`);
        await writeFile(file, JSON.stringify(lock), { mode: 0o600 });
        return new Wiretap(server, port, instance);
      }
    throw new Error("There is no free port for the wiretap.");
  }

  async dispose(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    for (const agent of this.#sockets.clients) agent.terminate();
    this.server.closeAllConnections();
    await closed;
  }
}

function read(data: RawData): Message {
  return JSON.parse((data as Buffer).toString()) as Message;
}
