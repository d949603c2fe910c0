// An MCP endpoint over Streamable HTTP, at one address for as long as it lives there: requests go out, messages come back as text.
import { once } from "node:events";
import { type IncomingMessage, request, type RequestOptions } from "node:http";
import { text } from "node:stream/consumers";
import { createParser } from "eventsource-parser";
import { NotSent, ProvenConnection } from "../../core/control/provenConnection";
import { errorCode } from "../../core/errors";

export interface Address {
  readonly port: number;
  readonly path: string;
  /** With whatever opens it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whoever listens there proves by it to be the one, before the headers are sent; null: Berth's server has made sure of it. */
  readonly controlToken: string | null;
}

/** A message from the endpoint, with the id by which its stream goes on after it. */
export interface Received {
  readonly text: string;
  readonly eventId: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly sessionId: string | undefined;
  /** What it answers with: one message, or a stream of them, or none. Read by one, to its end. Throws if the connection is cut. */
  messages(): AsyncIterable<Received>;
  /** The whole body, where it is short. */
  body(): Promise<string>;
}

/** Nothing of the request has been carried out: it may be sent again. */
export class Refused extends Error {}

/** Milliseconds for which a connection that is not used is used again. The other end closes it after 5 s. */
const REUSE_FOR = 2_000;
/** Milliseconds for a connection and its proof. */
const CONNECT_TIMEOUT = 5_000;
/** Milliseconds. */
const GOODBYE = 500;
/** Connections that are made at once: an endpoint gives way to no flood of them. Requests beyond wait for these, or for one that is free. */
const MOST_OPENING = 4;
/** New connections for one request, each closed before it was sent. */
const MOST_TRIES = 3;

interface Free {
  readonly connection: ProvenConnection;
  readonly since: number;
}

export class Upstream {
  readonly #closed = new AbortController();
  #free: Free[] = [];
  #opening = 0;
  /** Of requests that wait for a connection. */
  readonly #waiting: (() => void)[] = [];
  /** When it last sent anything, by performance.now(). */
  lastHeard = performance.now();

  constructor(private readonly address: Address) {}

  /** Aborted by close(). */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Makes sure that it answers, in the given time (milliseconds). Rejects if it does not. */
  async check(timeout = CONNECT_TIMEOUT): Promise<void> {
    if (this.address.controlToken === null) return;
    this.#release(await this.#open(timeout));
  }

  /** `headers` beside those of the address. Throws Refused, or the system's error if nobody knows how far it came. */
  async send(
    method: "POST" | "GET" | "DELETE",
    headers: Readonly<Record<string, string>>,
    body: string | Buffer | undefined,
    signal: AbortSignal,
  ): Promise<Reply> {
    const { path, headers: own } = this.address;
    const options = {
      method,
      path,
      signal: AbortSignal.any([signal, this.closed]),
    };
    const all = {
      ...own,
      ...headers,
      accept:
        method === "GET"
          ? "text/event-stream"
          : "application/json, text/event-stream",
      ...(body !== undefined && { "content-type": "application/json" }),
    };
    const response =
      this.address.controlToken === null
        ? await this.#sendPlainly(options, all, body)
        : await this.#sendProven(options, all, body);
    this.lastHeard = performance.now();
    return reply(response, () => {
      this.lastHeard = performance.now();
    });
  }

  /** Tells it that its client is gone. Resolves, soon, whether it has heard of it or not. */
  async sayGoodbye(headers: Readonly<Record<string, string>>): Promise<void> {
    const timeout = AbortSignal.timeout(GOODBYE);
    await this.send("DELETE", headers, undefined, timeout).catch(
      () => undefined,
    );
  }

  close(): void {
    this.#closed.abort();
    for (const { connection } of this.#free.splice(0)) connection.close();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #sendProven(
    options: RequestOptions,
    headers: Readonly<Record<string, string>>,
    body: string | Buffer | undefined,
  ): Promise<IncomingMessage> {
    for (let tries = 1; ;) {
      const { connection, isUsed } = await this.#take();
      try {
        const response = await connection.send(options, headers, body);
        if (response.statusCode === 408) throw new NotSent("it came too late");
        response.once("end", () => {
          this.#release(connection);
        });
        response.once("close", () => {
          if (!response.complete) connection.close();
        });
        return response;
      } catch (error) {
        connection.close();
        if (!(error instanceof NotSent)) throw error;
        // One of before may have been closed for being idle; a new one, if this machine is too busy to use it in time.
        if (!isUsed && tries >= MOST_TRIES) throw new Refused(error.message);
        if (!isUsed) tries += 1;
      }
    }
  }

  async #sendPlainly(
    options: RequestOptions,
    headers: Readonly<Record<string, string>>,
    body: string | Buffer | undefined,
  ): Promise<IncomingMessage> {
    const { port } = this.address;
    const outgoing = request({ ...options, host: "127.0.0.1", port, headers });
    outgoing.on("error", () => undefined);
    outgoing.end(body);
    try {
      const [response] = (await once(outgoing, "response")) as [
        IncomingMessage,
      ];
      return response;
    } catch (error) {
      return errorCode(error) === "ECONNREFUSED" ? refuse(error) : raise(error);
    }
  }

  /** Throws Refused. */
  async #take(): Promise<{
    readonly connection: ProvenConnection;
    readonly isUsed: boolean;
  }> {
    for (;;) {
      const free = this.#takeFree();
      if (free) return { connection: free, isUsed: true };
      if (this.#opening < MOST_OPENING || this.closed.aborted) break;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#opening += 1;
    try {
      const connection = await this.#open(CONNECT_TIMEOUT).catch(refuse);
      return { connection, isUsed: false };
    } finally {
      this.#opening -= 1;
      this.#waiting.shift()?.();
    }
  }

  #open(timeout: number): Promise<ProvenConnection> {
    const { port, controlToken } = this.address;
    const signals = [this.closed, AbortSignal.timeout(timeout)];
    return ProvenConnection.open(
      { port, controlToken: controlToken ?? "" },
      AbortSignal.any(signals),
    );
  }

  #takeFree(): ProvenConnection | undefined {
    for (;;) {
      const free = this.#free.pop();
      if (!free) return undefined;
      const isFresh = performance.now() - free.since < REUSE_FOR;
      if (isFresh && free.connection.isOpen) return free.connection;
      free.connection.close();
    }
  }

  #release(connection: ProvenConnection): void {
    if (this.closed.aborted) connection.close();
    else {
      this.#free.push({ connection, since: performance.now() });
      this.#waiting.shift()?.();
    }
  }
}

function refuse(error: unknown): never {
  throw new Refused(error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}

function raise(error: unknown): never {
  throw error;
}

function reply(response: IncomingMessage, onDidHear: () => void): Reply {
  const { statusCode = 0, headers } = response;
  const sessionId = headers["mcp-session-id"];
  const isStream = (headers["content-type"] ?? "").startsWith(
    "text/event-stream",
  );
  return {
    status: statusCode,
    sessionId: typeof sessionId === "string" ? sessionId : undefined,
    messages: () => (isStream ? events(response, onDidHear) : whole(response)),
    body: () => text(response),
  };
}

async function* whole(response: IncomingMessage): AsyncGenerator<Received> {
  const body = await text(response);
  if (body.trim() !== "") yield { text: body, eventId: undefined };
}

async function* events(
  response: IncomingMessage,
  onDidHear: () => void,
): AsyncGenerator<Received> {
  const received: Received[] = [];
  const parser = createParser({
    onEvent: ({ data, id }) => {
      received.push({ text: data, eventId: id });
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response as AsyncIterable<Buffer>) {
    onDidHear();
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* received.splice(0);
  }
}
