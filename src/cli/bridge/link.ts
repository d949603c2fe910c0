// The way to what a bridge leads to: found, lost and found again, for as long as the bridge lives.
import { setTimeout as delay } from "node:timers/promises";
import { NotSent } from "../../core/control/provenConnection";
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
  /** The client's session is set up in it, and the server knows that. */
  isSetUp: boolean;
  /** Requests of the server that the client has not answered. */
  readonly asked: Set<Id>;
}

export interface LinkOptions {
  readonly reach: Reach;
  readonly log: Log;
  /** Whether an answer is waited for. */
  readonly isOwed: () => boolean;
  /** Prepares one for what passes on it. If it throws, or takes too long, the next is tried. */
  readonly prepare: (connection: Connection) => Promise<void>;
  /** It is the current one now. */
  readonly onDidConnect: (connection: Connection) => void;
  /** One is lost. Returns whether the next is to be found although nobody waits for it. */
  readonly onDidLose: (connection: Connection) => boolean;
}

/** Milliseconds between two tries: the first, and the most. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;
/** Milliseconds of silence after which an endpoint that owes an answer is asked whether it is there, and for it to say so. */
const QUIET_FOR = 2_000;
const CHECK_TIMEOUT = 8_000;
/** Milliseconds for a new one to be prepared. */
const PREPARE_TIMEOUT = 20_000;
/** Milliseconds for one that is being prepared when the bridge ends. */
const GOODBYE = 2_000;

interface Waiter {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: unknown) => void;
}

export class Link {
  readonly #ended = new AbortController();
  readonly #waiters = new Set<Waiter>();
  #current: Connection | undefined;
  #isConnecting = false;
  /** Resolves when it is not any more. */
  #connecting = Promise.resolve();
  /** The next is to be found although nobody waits. */
  #isKept = false;
  #failures = 0;
  #why = "";
  readonly #watch: NodeJS.Timeout;

  constructor(private readonly options: LinkOptions) {
    this.#watch = setInterval(() => {
      if (this.#current && options.isOwed())
        void this.#checkAlive(this.#current);
    }, QUIET_FOR / 2);
  }

  get current(): Connection | undefined {
    return this.#current;
  }

  /** Aborted by end(). */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Waits until there is one. Rejects with a UserError if that takes too long, or cannot be as things are. */
  connection(signal: AbortSignal): Promise<Connection> {
    if (this.#current) return Promise.resolve(this.#current);
    const { reach } = this.options;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (connection) => {
          settle();
          resolve(connection);
        },
        reject: (error) => {
          settle();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      const giveUp = (): void => {
        waiter.reject(notReached(reach.name, this.#why));
      };
      const timer = setTimeout(giveUp, reach.patience);
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiters.add(waiter);
      if (signal.aborted || this.ended.aborted) giveUp();
      else this.#connect();
    });
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
    this.#failures += 1;
    connection.upstream.close();
    this.#isKept = onDidLose(connection);
    this.#connect();
  }

  async end(): Promise<void> {
    this.#ended.abort();
    clearInterval(this.#watch);
    const { reach } = this.options;
    for (const { reject } of this.#waiters)
      reject(notReached(reach.name, this.#why));
    this.#current?.upstream.close();
    // One that is only being prepared says goodbye itself.
    if (this.#isConnecting)
      await Promise.race([this.#connecting, delay(GOODBYE)]);
    await reach.release();
  }

  /** Tries until there is one, as long as somebody waits for it. */
  #connect(): void {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    this.#connecting = this.#tryOften();
  }

  async #tryOften(): Promise<void> {
    const { reach, log, onDidConnect } = this.options;
    while (!this.#current && (this.#isKept || this.#waiters.size > 0)) {
      await this.#pause();
      if (this.ended.aborted) break;
      try {
        const connection = await this.#tryOnce();
        this.#current = connection;
        log.info(`Connected to ${reach.name}`);
        onDidConnect(connection);
        for (const { resolve } of this.#waiters) resolve(connection);
      } catch (error) {
        this.#failures += 1;
        const why = messageOf(error);
        if (why !== this.#why) log.info(`${reach.name} is not reached: ${why}`);
        this.#why = why;
        if (error instanceof UserError)
          for (const { reject } of this.#waiters) reject(error);
      }
    }
    this.#isConnecting = false;
  }

  async #tryOnce(): Promise<Connection> {
    const { reach, prepare } = this.options;
    const upstream = new Upstream(await reach.find(this.ended));
    const connection = {
      upstream,
      sessionId: undefined,
      isSetUp: false,
      asked: new Set<Id>(),
    };
    const late = setTimeout(() => {
      upstream.close();
    }, PREPARE_TIMEOUT);
    try {
      this.ended.throwIfAborted();
      await upstream.check();
      await prepare(connection);
      upstream.closed.throwIfAborted();
      return connection;
    } catch (error) {
      upstream.close();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** An endpoint that hangs keeps its connections open: if it has said nothing for a while, it is asked. */
  async #checkAlive(connection: Connection): Promise<void> {
    const { upstream } = connection;
    if (performance.now() - upstream.lastHeard < QUIET_FOR) return;
    upstream.lastHeard = performance.now();
    try {
      await upstream.check(CHECK_TIMEOUT);
    } catch (error) {
      // Whoever closes a connection is busy, and does not hang.
      if (!(error instanceof NotSent)) this.lose(connection, error);
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
