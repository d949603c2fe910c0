// The way to what a bridge leads to: found, lost and found again, for as long as the bridge lives.
import { setTimeout as delay } from "node:timers/promises";
import { messageOf, UserError } from "../../core/errors";
import type { Log } from "../../core/log";
import { notReached } from "./bridgeMessages";
import type { Id } from "./message";
import type { Reach } from "./reach";
import { Upstream } from "./upstream";

export interface Connection {
  readonly upstream: Upstream;
  /** Of MCP before 2026-07-28; undefined: there is none. */
  sessionId: string | undefined;
  /** Requests of the server that the client has not answered. */
  readonly asked: Set<Id>;
}

export interface LinkOptions {
  readonly reach: Reach;
  readonly log: Log;
  /** Prepares one for what passes on it. If it throws, the next is tried. */
  readonly prepare: (connection: Connection) => Promise<void>;
  /** One is lost. Returns whether the next is to be found although nobody waits for it. */
  readonly onDidLose: (connection: Connection) => boolean;
}

/** Milliseconds between two tries: the first, and the most. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;
/** Milliseconds for one that is there to say so. */
const CHECK_TIMEOUT = 3_000;

export class Link {
  readonly #ended = new AbortController();
  #connecting: Promise<Connection> | undefined;
  #current: Connection | undefined;
  #failures = 0;
  #why = "";

  constructor(private readonly options: LinkOptions) {}

  get current(): Connection | undefined {
    return this.#current;
  }

  /** Aborted by end(). */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Waits until there is one. Throws a UserError if that takes too long, or cannot be. */
  async connection(signal: AbortSignal): Promise<Connection> {
    const { reach } = this.options;
    this.#connecting ??= this.#connect();
    const late = AbortSignal.timeout(reach.patience);
    const given = AbortSignal.any([late, signal, this.ended]);
    const connection = await Promise.race([this.#connecting, aborted(given)]);
    if (connection) return connection;
    throw notReached(reach.name, this.#why);
  }

  /** Something has passed on it. */
  noteSuccess(): void {
    this.#failures = 0;
  }

  /** It leads nowhere any more. */
  lose(connection: Connection, why: unknown): void {
    if (this.#current !== connection) return;
    const { reach, log, onDidLose } = this.options;
    this.#why = messageOf(why);
    log.info(`Lost ${reach.name}: ${this.#why}`);
    this.#current = undefined;
    this.#connecting = undefined;
    this.#failures += 1;
    connection.upstream.close();
    if (!onDidLose(connection) || this.ended.aborted) return;
    this.#connecting = this.#connect();
    this.#connecting.catch(() => undefined);
  }

  /** An endpoint that hangs keeps its connections open: if it has said nothing for `quiet` milliseconds, it is asked. */
  async checkAlive(quiet: number): Promise<void> {
    const connection = this.#current;
    if (!connection) return;
    const { upstream } = connection;
    if (performance.now() - upstream.lastHeard < quiet) return;
    upstream.lastHeard = performance.now();
    try {
      await upstream.check(CHECK_TIMEOUT);
    } catch (error) {
      this.lose(connection, error);
    }
  }

  async end(): Promise<void> {
    this.#ended.abort();
    this.#current?.upstream.close();
    await this.options.reach.release();
  }

  async #connect(): Promise<Connection> {
    const { reach, log } = this.options;
    for (;;) {
      await this.#pause();
      this.ended.throwIfAborted();
      try {
        this.#current = await this.#tryOnce();
        log.info(`Connected to ${reach.name}`);
        return this.#current;
      } catch (error) {
        if (error instanceof UserError) {
          this.#connecting = undefined;
          throw error;
        }
        this.#failures += 1;
        const why = messageOf(error);
        if (why !== this.#why) log.info(`${reach.name} is not reached: ${why}`);
        this.#why = why;
      }
    }
  }

  async #tryOnce(): Promise<Connection> {
    const { reach, prepare } = this.options;
    const upstream = new Upstream(await reach.find());
    const connection = { upstream, sessionId: undefined, asked: new Set<Id>() };
    try {
      await upstream.check();
      await prepare(connection);
      return connection;
    } catch (error) {
      upstream.close();
      throw error;
    }
  }

  /** Longer after each failure, and never the same for all: fifty bridges do not ask at once. */
  async #pause(): Promise<void> {
    if (this.#failures === 0) return;
    const longest = Math.min(
      LONGEST_PAUSE,
      FIRST_PAUSE * 2 ** (this.#failures - 1),
    );
    const waited = new AbortController();
    const signal = AbortSignal.any([waited.signal, this.ended]);
    const news = this.options.reach.changed(signal);
    await Promise.race([
      delay(longest * (0.5 + Math.random() / 2), undefined, { signal }),
      delay(FIRST_PAUSE / 2, undefined, { signal }).then(() => news),
    ]).catch(() => undefined);
    waited.abort();
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const given = (): void => {
      resolve(undefined);
    };
    if (signal.aborted) given();
    else signal.addEventListener("abort", given, { once: true });
  });
}
