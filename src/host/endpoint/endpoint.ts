// An instance's HTTP server on loopback: admits only its own agents and hands them to the protocols.
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Address } from "../../core/registry/keptAddresses";
import { listen } from "../../core/system/ports";
import { guard, pathOf, type Rejection } from "./guards";
import { HalfOpenSockets } from "./halfOpenSockets";

export const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

/** Loads what it needs, then resolves with the function that takes over a socket synchronously. */
export type WebSocketRoute = () => Promise<(socket: WebSocket) => void>;

export interface EndpointRoutes {
  /** Request handlers by path; anything they throw becomes a 500. */
  readonly http: ReadonlyMap<
    string,
    (request: IncomingMessage, response: ServerResponse) => Promise<void>
  >;
  /** By path. */
  readonly webSocket: ReadonlyMap<string, WebSocketRoute>;
  /** False: the client limit is reached. */
  admit(): boolean;
}

export class Endpoint {
  readonly #server: Server;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    // Compression makes small messages ten times slower.
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has("mcp") ? "mcp" : false),
  });
  readonly #halfOpen = new HalfOpenSockets();
  /** Set once it accepts nobody any more. */
  #closed: Promise<void> | undefined;

  private constructor(
    readonly address: Address,
    private readonly routes: EndpointRoutes,
  ) {
    this.#server = createServer({
      // Lets the guards answer what Node itself would refuse, as far as possible.
      maxHeaderSize: 128 * 1024,
      requireHostHeader: false,
      headersTimeout: 2_000,
      connectionsCheckingInterval: 500,
      // Never hold a request open for a body that does not arrive.
      requestTimeout: 30_000,
    });
    this.#server.on("connection", (socket: Socket) => {
      this.#halfOpen.add(socket);
    });
    this.#server.on("request", (request, response) => {
      void this.#handleRequest(request, response);
    });
    this.#server.on("upgrade", (request, socket, head) => {
      void this.#handleUpgrade(request, socket, head);
    });
  }

  /** Binds the address; undefined if another program has the port. The caller closes it. */
  static async open(
    address: Address,
    routes: EndpointRoutes,
  ): Promise<Endpoint | undefined> {
    const endpoint = new Endpoint(address, routes);
    return (await listen(endpoint.#server, address.port))
      ? endpoint
      : undefined;
  }

  /** Frees the port for a successor: from now on nobody connects any more. What is connected stays. */
  stopAccepting(): void {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  /** Cuts remaining connections. Clients that want a close frame must be sent one first. */
  async close(): Promise<void> {
    this.stopAccepting();
    this.#server.closeAllConnections();
    for (const client of this.#webSockets.clients) client.terminate();
    await this.#closed;
  }

  #check(request: IncomingMessage, paths: ReadonlyMap<string, unknown>) {
    return guard(request, {
      ...this.address,
      isKnownPath: (path) => paths.has(path),
    });
  }

  async #handleRequest(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    this.#halfOpen.settle(request.socket);
    const rejection = this.#check(request, this.routes.http);
    if (rejection) {
      response
        .writeHead(rejection.status, { connection: "close" })
        .end(rejection.reason);
      return;
    }
    try {
      await this.routes.http.get(pathOf(request))?.(request, response);
    } catch {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  }

  async #handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    this.#halfOpen.settle(request.socket);
    socket.on("error", () => socket.destroy());
    const rejection = this.#check(request, this.routes.webSocket);
    if (rejection) {
      reject(socket, rejection);
      return;
    }
    const connect = await this.routes.webSocket.get(pathOf(request))?.();
    // No await from here on, so that two upgrades cannot take the same last slot.
    if (this.#closed) {
      // It came on a connection from before.
      reject(socket, { status: 503, reason: "the instance is stopping" });
      return;
    }
    if (!connect || !this.routes.admit()) {
      reject(socket, { status: 503, reason: "too many clients" });
      return;
    }

    this.#webSockets.handleUpgrade(request, socket, head, connect);
  }
}

function reject(socket: Duplex, { status, reason }: Rejection): void {
  // end() alone would leave the socket open for as long as the peer likes.
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`,
  );
}
