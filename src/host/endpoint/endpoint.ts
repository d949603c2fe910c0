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
import { errorCode, stackOf } from "../../core/errors";
import type { Log } from "../../core/log";
import type { ServedAddress } from "../../core/registry/keptAddresses";
import { listen } from "../../core/system/ports";
import { guard, pathOf, type Rejection } from "./guards";
import { HalfOpenSockets } from "./halfOpenSockets";
import { EndpointTokens } from "./tokens";

export const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

/** Loads what it needs, then resolves with the function that takes over a socket synchronously. */
export type WebSocketRoute = () => Promise<(socket: WebSocket) => void>;

export type HttpRoute = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

/** undefined: unknown path. */
export interface Routes<Route> {
  get(path: string): Route | undefined;
}

export interface EndpointRoutes {
  /** Request handlers by path; anything they throw is logged and becomes a 500. */
  readonly http: Routes<HttpRoute>;
  /** By path. */
  readonly webSocket: Routes<WebSocketRoute>;
  /** False: the client limit is reached. */
  admit(): boolean;
  /** The listening server has failed; already logged. */
  onDidFail(): void;
  readonly log: Log;
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
  readonly #tokens: EndpointTokens;
  /** Set once it accepts nobody any more. */
  #closed: Promise<void> | undefined;

  private constructor(
    readonly address: ServedAddress,
    private readonly routes: EndpointRoutes,
    now?: () => number,
  ) {
    this.#tokens = new EndpointTokens(address, now);
    this.#server = createServer({
      // Lets the guards answer what Node itself would refuse, as far as possible.
      maxHeaderSize: 128 * 1024,
      requireHostHeader: false,
      headersTimeout: 2_000,
      connectionsCheckingInterval: 500,
      // Longer than any client waits before it uses a connection again, also one that a busy machine keeps from running.
      keepAliveTimeout: 30_000,
      // Never hold a request open for a body that does not arrive.
      requestTimeout: 30_000,
    });
    this.#server.on("connection", (socket: Socket) => {
      this.#halfOpen.add(socket);
    });
    this.#server.on("request", (request, response) => {
      this.#handleRequest(request, response).catch((error: unknown) => {
        this.#logFailure(request, error);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
    this.#server.on("upgrade", (request, socket, head) => {
      this.#handleUpgrade(request, socket, head).catch((error: unknown) => {
        this.#logFailure(request, error);
        reject(socket, { status: 500, reason: "internal error" });
      });
    });
  }

  /** Binds the address; undefined if another program has the port. The caller closes it. `now`: see EndpointTokens. */
  static async open(
    address: ServedAddress,
    routes: EndpointRoutes,
    now?: () => number,
  ): Promise<Endpoint | undefined> {
    const endpoint = new Endpoint(address, routes, now);
    const server = endpoint.#server;
    if (!(await listen(server, address.port))) return undefined;
    server.on("error", (error) => {
      routes.log.error(`Port ${address.port} failed: ${stackOf(error)}`);
      routes.onDidFail();
    });
    return endpoint;
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

  #check(request: IncomingMessage, routes: Routes<unknown>) {
    return guard(request, {
      port: this.address.port,
      tokensFor: (path) => this.#tokens.for(path),
      isKnownPath: (path) => routes.get(path) !== undefined,
    });
  }

  async #handleRequest(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    // One that has shown no token yet stays half-open.
    if (this.#tokens.for(pathOf(request)))
      this.#halfOpen.settle(request.socket);
    const rejection = this.#check(request, this.routes.http);
    if (rejection) {
      response
        .writeHead(rejection.status, { connection: "close" })
        .end(rejection.reason);
      return;
    }
    await this.routes.http.get(pathOf(request))?.(request, response);
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

    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      try {
        connect(webSocket);
      } catch (error) {
        webSocket.terminate();
        throw error;
      }
    });
  }

  /** Never with a token: the path is without its query. */
  #logFailure(request: IncomingMessage, error: unknown): void {
    // The client hung up in the middle of its request.
    const level = errorCode(error) === "ECONNRESET" ? "debug" : "error";
    this.routes.log[level](
      `${request.method ?? ""} ${pathOf(request)} failed: ${stackOf(error)}`,
    );
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
