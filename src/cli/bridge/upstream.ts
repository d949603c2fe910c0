// An MCP endpoint over Streamable HTTP, at one address for as long as it lives there: requests go out, messages come back as text.
import { once } from "node:events";
import { type IncomingMessage, request, type RequestOptions } from "node:http";
import { NotSent, ProvenConnection } from "../../core/control/provenConnection";
import { errorCode, messageOf } from "../../core/errors";
import { type Reply, replyOf } from "./reply";

export interface Address {
  readonly port: number;
  readonly path: string;
  /** With whatever opens it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whoever listens there proves by it to be the one, before the headers are sent; null: a server of the user's own, of which Berth's server has made sure. */
  readonly controlToken: string | null;
}

/** Nothing of the request has been carried out: it may be sent again. */
export class Refused extends Error {}

/** The same, and it may be there all the same: it has more to do than it can. */
export class Busy extends Refused {}

/** Milliseconds for which a connection that is not used is used again. The other end closes it long after. */
const REUSE_FOR = 2_000;
/** Milliseconds for a connection and its proof. */
const CONNECT_TIMEOUT = 5_000;
/** Milliseconds. */
const GOODBYE = 500;
/** Connections that are made at once: an endpoint gives way to no flood of them. Requests beyond wait for these, or for one that is free. */
const MOST_OPENING = 4;
/** New connections for one request, each closed before it was sent. */
const MOST_TRIES = 5;

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

  /** Whoever listens there has proved to be who is meant. */
  get isProven(): boolean {
    return this.address.controlToken !== null;
  }

  /** Makes sure that it answers, in the given time (milliseconds). Rejects if it does not. */
  async check(timeout = CONNECT_TIMEOUT): Promise<void> {
    if (!this.isProven) return;
    this.#release(await this.#open(AbortSignal.timeout(timeout)));
  }

  /** `headers` beside those of the address. Throws Refused, or the system's error if nobody knows how far it came. */
  async send(
    method: "POST" | "GET" | "DELETE",
    headers: Readonly<Record<string, string>>,
    body: string | Buffer | undefined,
    signal: AbortSignal,
  ): Promise<Reply> {
    const { path, headers: own } = this.address;
    const within = AbortSignal.any([signal, this.closed]);
    const options = { method, path, signal: within };
    const all = {
      ...own,
      ...headers,
      accept:
        method === "GET"
          ? "text/event-stream"
          : "application/json, text/event-stream",
      ...(body !== undefined && { "content-type": "application/json" }),
    };
    const response = this.isProven
      ? await this.#sendProven(options, all, body)
      : await this.#sendPlainly(options, all, body);
    this.lastHeard = performance.now();
    return replyOf(response, () => {
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
    options: RequestOptions & { readonly signal: AbortSignal },
    headers: Readonly<Record<string, string>>,
    body: string | Buffer | undefined,
  ): Promise<IncomingMessage> {
    for (let tries = 1; ;) {
      const { connection, isUsed } = await this.#take(options.signal);
      try {
        const response = await connection.send(options, headers, body);
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
        if (!isUsed && tries >= MOST_TRIES) throw new Busy(error.message);
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
    const outgoing = request({
      ...options,
      host: "127.0.0.1",
      port,
      headers,
      // One that is used again may be closed by the other end at that moment, and nobody knew how far the request came.
      agent: false,
    });
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
  async #take(signal: AbortSignal): Promise<{
    readonly connection: ProvenConnection;
    readonly isUsed: boolean;
  }> {
    for (;;) {
      if (signal.aborted) throw new Refused("it was given up");
      this.#dropIdle();
      const free = this.#free.pop();
      if (free) return { connection: free.connection, isUsed: true };
      if (this.#opening < MOST_OPENING) break;
      await this.#turn(signal);
    }
    this.#opening += 1;
    try {
      const connecting = AbortSignal.timeout(CONNECT_TIMEOUT);
      const given = AbortSignal.any([signal, connecting]);
      const connection = await this.#openPatiently(given).catch(
        (error: unknown) => {
          if (error instanceof NotSent || connecting.aborted)
            throw new Busy(messageOf(error));
          return refuse(error);
        },
      );
      return { connection, isUsed: false };
    } finally {
      this.#opening -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Resolves when a connection is free, or may be opened, or nobody waits any more. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        resolve();
      };
      this.#waiting.push(wake);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  async #openPatiently(signal: AbortSignal): Promise<ProvenConnection> {
    for (let tries = 1; ; tries += 1)
      try {
        return await this.#open(signal);
      } catch (error) {
        if (!(error instanceof NotSent) || tries === MOST_TRIES) throw error;
      }
  }

  #open(signal: AbortSignal): Promise<ProvenConnection> {
    const { port, controlToken } = this.address;
    return ProvenConnection.open(
      { port, controlToken: controlToken ?? "" },
      AbortSignal.any([this.closed, signal]),
    );
  }

  /** The newest are at the end. */
  #dropIdle(): void {
    const before = performance.now() - REUSE_FOR;
    this.#free = this.#free.filter(({ connection, since }) => {
      const isFresh = since > before && connection.isOpen;
      if (!isFresh) connection.close();
      return isFresh;
    });
  }

  #release(connection: ProvenConnection): void {
    this.#dropIdle();
    if (this.closed.aborted) connection.close();
    else {
      this.#free.push({ connection, since: performance.now() });
      this.#waiting.shift()?.();
    }
  }
}

function refuse(error: unknown): never {
  throw new Refused(messageOf(error), { cause: error });
}

function raise(error: unknown): never {
  throw error;
}
