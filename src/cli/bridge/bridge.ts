// Makes one MCP client on standard streams a client of one endpoint, and keeps it that when the endpoint goes and comes back: messages
// pass as they are, and only what stands between two connections is Berth's own.
import { setTimeout as delay } from "node:timers/promises";
import { messageOf, UserError } from "../../core/errors";
import type { Log } from "../../core/log";
import { notJson, notJsonRpc } from "../../core/messages";
import { callInterrupted, callRepeatsId } from "./bridgeMessages";
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
import { type Received, Refused, type Reply } from "./upstream";

export interface BridgeOptions {
  readonly reach: Reach;
  /** Of one line to the client, without its end. Resolves when there is room for more. */
  readonly write: (line: string) => Promise<void>;
  readonly log: Log;
}

/** A request of the client that is not answered yet. */
interface Call {
  readonly message: Request;
  readonly text: string;
  readonly cancelled: AbortController;
  /** The client knows that its subscription has begun. */
  isAcknowledged: boolean;
}

type Outcome =
  | { readonly kind: "answered" }
  /** It was not carried out. */
  | { readonly kind: "refused"; readonly why: unknown }
  /** Nobody knows how far it came. */
  | { readonly kind: "cut"; readonly why: unknown };

const answered: Outcome = { kind: "answered" };

/** Milliseconds of silence after which an endpoint that owes an answer is asked whether it is there. */
const QUIET_FOR = 2_000;
/** Milliseconds for which answers are waited for when the client has closed its end. */
const LAST_ANSWERS = 2_000;

export class Bridge {
  readonly #memory = new SessionMemory();
  readonly #link: Link;
  readonly #session: Session;
  readonly #calls = new Map<Id, Call>();
  readonly #watch: NodeJS.Timeout;
  #hasReached = false;
  /** Notifications are sent one after another, and requests after those that came before them. */
  #notified: Promise<void> = Promise.resolve();
  #fail: (error: UserError) => void = () => undefined;

  /** Resolves if the client's first message cannot be passed on at all. */
  readonly failed = new Promise<UserError>((resolve) => {
    this.#fail = resolve;
  });

  constructor(private readonly options: BridgeOptions) {
    this.#link = new Link({
      ...options,
      prepare: async (connection) => {
        for (const message of await this.#session.resume(connection))
          await this.#write(message);
      },
      onDidLose: ({ asked }) => {
        for (const requestId of asked)
          void this.#write({
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
      deliver: (connection, received) => this.#deliver(connection, received),
      lose: (connection, why) => {
        this.#link.lose(connection, why);
      },
    });
    this.#watch = setInterval(() => {
      if (this.#calls.size > 0) void this.#link.checkAlive(QUIET_FOR);
    }, QUIET_FOR / 2);
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
      else if (typeof message.method === "string" || isResponse(message))
        this.#notified = this.#notified.then(() => this.#notify(message));
      else this.refuse(errorCodes.invalid, notJsonRpc);
    }
  }

  /** Answers what is no request. */
  refuse(code: number, why: string, id: Id | null = null): void {
    void this.options.write(errorResponse(id, code, why));
  }

  /** The client asks nothing more. Resolves when all is answered, or that takes too long. */
  async finish(): Promise<void> {
    const late = AbortSignal.timeout(LAST_ANSWERS);
    while (this.#calls.size > 0 && !late.aborted) await delay(20);
  }

  /** The client is gone: its session ends. */
  async end(): Promise<void> {
    clearInterval(this.#watch);
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
    const cancelled = new AbortController();
    const call = { message, text, cancelled, isAcknowledged: false };
    this.#calls.set(id, call);
    try {
      await this.#notified;
      await this.#carryOut(call);
    } catch (error) {
      if (cancelled.signal.aborted || this.#link.ended.aborted) return;
      this.refuse(errorCodes.connection, messageOf(error), id);
      if (!this.#hasReached && error instanceof UserError) this.#fail(error);
    } finally {
      this.#calls.delete(id);
    }
  }

  /** Until it is answered or cancelled. Throws a UserError if that cannot be. */
  async #carryOut(call: Call): Promise<void> {
    const { signal } = call.cancelled;
    for (;;) {
      const connection = await this.#link.connection(signal);
      const outcome = await this.#attempt(connection, call);
      if (signal.aborted) return;
      if (outcome.kind === "answered") {
        this.#link.noteSuccess();
        return;
      }
      this.#link.lose(connection, outcome.why);
      if (outcome.kind === "cut" && !this.#memory.mayRepeat(call.message))
        throw callInterrupted(this.options.reach.name);
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
        await this.#write(await readRefusal(reply, message));
        return answered;
      }
      if (message.method === "initialize")
        connection.sessionId = reply.sessionId;
      for (;;) {
        const { isAnswered, lastId } = await this.#deliverAll(
          connection,
          reply,
          call,
        );
        if (isAnswered) return answered;
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

  async #deliverAll(connection: Connection, reply: Reply, call: Call) {
    let isAnswered = false;
    let lastId: string | undefined;
    for await (const received of reply.messages()) {
      lastId = received.eventId ?? lastId;
      const isAnswer = await this.#deliver(connection, received, call);
      isAnswered ||= isAnswer;
    }
    return { isAnswered, lastId };
  }

  /** Whether it was the answer to the call. */
  async #deliver(
    connection: Connection,
    { text }: Received,
    call?: Call,
  ): Promise<boolean> {
    let isAnswer = false;
    const messages = readMessages(text) ?? [];
    for (const message of messages) {
      if (isResponse(message)) {
        // An answer that nobody waits for is another session's.
        if (message.id !== call?.message.id) continue;
        this.#hasReached = true;
        this.#memory.note(call.message, message);
        isAnswer = true;
      } else if (isRequest(message)) connection.asked.add(message.id);
      else if (message.method === "notifications/subscriptions/acknowledged") {
        if (call?.isAcknowledged) continue;
        if (call) call.isAcknowledged = true;
      }
      // As it is, unless a line end in it would end the message.
      if (messages.length === 1 && !/[\r\n]/.test(text))
        await this.options.write(text);
      else await this.#write(message);
    }
    return isAnswer;
  }

  /** A notification, or a response to a request of the server. */
  async #notify(message: Message): Promise<void> {
    const isCancel = message.method === "notifications/cancelled";
    if (isCancel && this.#cancel(message)) return;
    try {
      const connection = await this.#link.connection(this.#link.ended);
      // Of a session that is gone.
      if (isResponse(message) && !connection.asked.delete(message.id)) return;
      try {
        await this.#session.notify(connection, message);
      } catch (error) {
        this.#link.lose(connection, error);
      }
      if (message.method === "notifications/initialized")
        void this.#session.listen(connection);
    } catch (error) {
      this.options.log.info(`Not told: ${messageOf(error)}`);
    }
  }

  /** Whether nobody else needs to hear of it. */
  #cancel({ params }: Message): boolean {
    const call = this.#calls.get(params?.["requestId"] as Id);
    if (!call) return false;
    const isAlone =
      modernVersion(call.message) !== undefined || !this.#link.current;
    if (isAlone) call.cancelled.abort();
    // Told first: not every server takes the end of a request for that.
    else
      setTimeout(() => {
        call.cancelled.abort();
      }, REOPEN_AFTER);
    return isAlone;
  }

  #write(message: Message): Promise<void> {
    return this.options.write(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }
}
