// An agent that only measures: requests over a WebSocket, each resolved in the tick in which its answer arrives.
import { once } from "node:events";
import { type RawData, WebSocket } from "ws";

export interface Endpoint {
  readonly port: number;
  readonly token: string;
}

export class RpcClient {
  readonly #pending = new Map<number, () => void>();
  #lastId = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.on("message", (data: RawData) => {
      const { id } = JSON.parse((data as Buffer).toString()) as { id?: number };
      if (id === undefined) return;
      this.#pending.get(id)?.();
      this.#pending.delete(id);
    });
  }

  /** Connects and completes the MCP handshake. */
  static async connect({ port, token }: Endpoint): Promise<RpcClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    });
    await once(socket, "open");
    const client = new RpcClient(socket);
    await client.request("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "bench", version: "0" },
    });
    socket.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    return client;
  }

  /** Resolves with the milliseconds from request to answer. */
  request(method: string, params?: object): Promise<number> {
    this.#lastId += 1;
    const id = this.#lastId;
    const message = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    return new Promise((resolve) => {
      const sent = performance.now();
      this.#pending.set(id, () => {
        resolve(performance.now() - sent);
      });
      this.socket.send(message);
    });
  }

  /** Sends what it is given as one message. */
  sendText(text: string): void {
    this.socket.send(text);
  }

  dispose(): void {
    this.socket.terminate();
  }
}
