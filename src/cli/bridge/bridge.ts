// Makes one MCP client on standard streams a client of one endpoint, and keeps it that when the endpoint goes and comes back: messages
// pass as they are, and only what stands between two connections is Berth's own.
import { setTimeout as delay } from "node:timers/promises";
import { messageOf, UserError } from "../../core/errors";
import type { Log } from "../../core/log";
import { notJson, notJsonRpc } from "../../core/messages/protocol";
import { tooManyCalls } from "../errors";
import {
  callInterrupted,
  callRepeatsId,
  inputEnded,
  notReached,
} from "./bridgeMessages";
import { type Call, Delivery } from "./delivery";
import { type Connection, Link } from "./link";
import {
  errorCodes,
  errorResponse,
  type Id,
  isRequest,
  isResponse,
  type Message,
  modernVersion,
  readMessages,
  type Request,
} from "./message";
import type { Reach } from "./reach";
import { after, isLost, REOPEN_AFTER, Session, sessionIsGone } from "./session";
import { SessionMemory } from "./sessionMemory";
import { readRefusal } from "./refusal";
import { Busy, Refused } from "./upstream";

export interface BridgeOptions {
  readonly reach: Reach;
  /** Of one line to the client, without its end. Resolves when there is room for more. */
  readonly write: (line: string) => Promise<void>;
  readonly log: Log;
}

type Outcome =
  | { readonly kind: "answered" }
  /** It was not carried out. */
  | { readonly kind: "refused"; readonly why: unknown }
  /** Nobody knows how far it came. */
  | { readonly kind: "cut"; readonly why: unknown };

const answered: Outcome = { kind: "answered" };

/** Calls that may be without an answer. */
const MAX_CALLS = 4_096;
/** Milliseconds for a server to hear that a call is taken back before its request is cut. */
const CANCEL_AFTER = 200;
/** Times that one call is sent. */
const MOST_TRIES = 10;
/** Milliseconds for which answers are waited for when the client has closed its end. */
const LAST_ANSWERS = 2_000;

export class Bridge {
  readonly #memory = new SessionMemory();
  readonly #link: Link;
  readonly #session: Session;
  readonly #calls = new Map<Id, Call>();
  readonly #delivery: Delivery;
  /** Notifications are sent one after another, and requests after those that came before them. */
  #notified: Promise<void> = Promise.resolve();
  #fail: (error: UserError) => void = () => undefined;

  /** Resolves if the client's first message cannot be passed on at all. */
  readonly failed = new Promise<UserError>((resolve) => {
    this.#fail = resolve;
  });

  constructor(private readonly options: BridgeOptions) {
    this.#delivery = new Delivery(this.#memory, options.write);
    this.#link = new Link({
      ...options,
      isOwed: () => this.#calls.size > 0,
      prepare: async (connection) => {
        try {
          for (const message of await this.#session.resume(connection))
            await this.#delivery.write(message);
          this.#link.ended.throwIfAborted();
        } catch (error) {
          await this.#session.leave(connection);
          throw error;
        }
      },
      onDidConnect: (connection) => {
        if (connection.isSetUp) void this.#session.listen(connection);
      },
      onDidLose: ({ asked }) => {
        for (const requestId of asked)
          void this.#delivery.write({
            method: "notifications/cancelled",
            params: { requestId },
          });
        // So that it goes on hearing what it is told.
        return this.#memory.initialize !== undefined;
      },
    });
    this.#session = new Session({
      memory: this.#memory,
      log: options.log,
      deliver: (connection, received) =>
        this.#delivery.deliver(connection, received),
      lose: (connection, why) => {
        this.#link.lose(connection, why);
      },
    });
  }

  /** A line that the client has written. */
  receive(line: string): void {
    const messages = readMessages(line);
    if (!messages) {
      this.refuse(errorCodes.parse, notJson);
      return;
    }
    for (const message of messages) {
      const text = messages.length === 1 ? line : JSON.stringify(message);
      if (isRequest(message)) void this.#request(message, text);
      else if (typeof message.method === "string" || isResponse(message)) {
        if (this.#cancel(message)) continue;
        this.#notified = this.#notified.then(() => this.#notify(message));
      } else this.refuse(errorCodes.invalid, notJsonRpc);
    }
  }

  /** Answers what is no request. */
  refuse(code: number, why: string, id: Id | null = null): void {
    void this.options.write(errorResponse(id, code, why));
  }

  /** The client asks nothing more. Resolves when all is answered, be it with an error because that takes too long. */
  async finish(): Promise<void> {
    const late = AbortSignal.timeout(LAST_ANSWERS);
    while (this.#calls.size > 0 && !late.aborted) await delay(20);
    for (const [id, { cancelled }] of this.#calls) {
      cancelled.abort();
      this.refuse(errorCodes.connection, inputEnded, id);
    }
  }

  /** The client is gone: its session ends. */
  async end(): Promise<void> {
    const connection = this.#link.current;
    if (connection) await this.#session.leave(connection);
    await this.#link.end();
  }

  async #request(message: Request, text: string): Promise<void> {
    const { id } = message;
    if (this.#calls.has(id)) {
      this.refuse(errorCodes.invalid, callRepeatsId, id);
      return;
    }
    if (this.#calls.size >= MAX_CALLS) {
      const { message: why } = tooManyCalls(this.options.reach.name, MAX_CALLS);
      this.refuse(errorCodes.connection, why, id);
      return;
    }
    const cancelled = new AbortController();
    const call = {
      message,
      text,
      cancelled,
      isAnswered: false,
      isAcknowledged: false,
    };
    this.#calls.set(id, call);
    try {
      await this.#notified;
      await this.#carryOut(call);
    } catch (error) {
      if (cancelled.signal.aborted || this.#link.ended.aborted) return;
      this.refuse(errorCodes.connection, messageOf(error), id);
      if (!this.#delivery.hasReached && error instanceof UserError)
        this.#fail(error);
    } finally {
      this.#calls.delete(id);
    }
  }

  /** Until it is answered or cancelled. Throws a UserError if that cannot be. */
  async #carryOut(call: Call): Promise<void> {
    const { signal } = call.cancelled;
    for (let tries = 1; ; tries += 1) {
      const connection = await this.#link.connection(signal);
      const outcome = await this.#attempt(connection, call);
      if (signal.aborted) return;
      if (call.isAnswered || outcome.kind === "answered") {
        this.#link.noteSuccess();
        return;
      }
      // Others may still get their answers on it.
      if (!(outcome.why instanceof Busy))
        this.#link.lose(connection, outcome.why);
      const { name } = this.options.reach;
      if (outcome.kind === "cut" && !this.#memory.mayRepeat(call.message))
        throw callInterrupted(name);
      if (tries >= MOST_TRIES) throw notReached(name, messageOf(outcome.why));
    }
  }

  async #attempt(connection: Connection, call: Call): Promise<Outcome> {
    const { message, text, cancelled } = call;
    const { upstream } = connection;
    const headers = this.#session.headers(connection, message);
    try {
      const { signal } = cancelled;
      let reply = await upstream.send("POST", headers, text, signal);
      if (isLost(reply, connection))
        return { kind: "refused", why: sessionIsGone() };
      if (reply.status >= 400) {
        await this.#delivery.write(await readRefusal(reply, message));
        return answered;
      }
      if (message.method === "initialize")
        connection.sessionId = reply.sessionId;
      for (;;) {
        const { lastId } = await this.#delivery.deliverAll(
          connection,
          reply,
          call,
        );
        if (call.isAnswered) return answered;
        const why = new Error("it has ended the answer before its end");
        if (lastId === undefined) return { kind: "cut", why };
        // The server lets a call that takes long be answered on another stream.
        await delay(REOPEN_AFTER, undefined, { signal });
        const next = { ...this.#session.headers(connection), ...after(lastId) };
        reply = await upstream.send("GET", next, undefined, signal);
        if (reply.status !== 200) return { kind: "cut", why };
      }
    } catch (why) {
      return { kind: why instanceof Refused ? "refused" : "cut", why };
    }
  }

  /** A notification, or a response to a request of the server. */
  async #notify(message: Message): Promise<void> {
    const connection = this.#link.current;
    // What it is about is gone with its session, and the next is set up by the bridge.
    if (!connection) return;
    if (isResponse(message) && !connection.asked.delete(message.id)) return;
    const isIntroduced = message.method === "notifications/initialized";
    if (isIntroduced && connection.isSetUp) return;
    try {
      await this.#session.notify(connection, message);
      if (!isIntroduced) return;
      connection.isSetUp = true;
      void this.#session.listen(connection);
    } catch (error) {
      this.#link.lose(connection, error);
    }
  }

  /** Whether it takes back a call, and nobody else needs to hear of it. */
  #cancel({ method, params }: Message): boolean {
    if (method !== "notifications/cancelled") return false;
    const call = this.#calls.get(params?.["requestId"] as Id);
    if (!call) return false;
    const isAlone =
      modernVersion(call.message) !== undefined || !this.#link.current;
    if (isAlone) call.cancelled.abort();
    // Told first: not every server takes the end of a request for that.
    else
      setTimeout(() => {
        call.cancelled.abort();
      }, CANCEL_AFTER);
    return isAlone;
  }
}
