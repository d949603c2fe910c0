// A client's MCP session at whatever endpoint the link leads to: set up again there, and listened to.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { CLIENT_HEADER } from "../../core/control/clientHeader";
import type { Log } from "../../core/log";
import type { Connection } from "./link";
import {
  isRequest,
  isResponse,
  type Message,
  modernHeaders,
  modernVersion,
  readMessages,
  type Request,
} from "./message";
import type { SessionMemory } from "./sessionMemory";
import type { Received, Reply } from "./reply";

/** Milliseconds before a stream that has ended is opened again. */
export const REOPEN_AFTER = 200;
/** Times in a row that the stream can be cut without a message before the connection counts as lost. */
const MOST_FAILURES = 5;
/** Milliseconds for an endpoint to hear of a notification. */
const NOTIFY_TIMEOUT = 10_000;

export interface SessionOptions {
  readonly memory: SessionMemory;
  readonly log: Log;
  /** What the endpoint tells by itself. */
  readonly deliver: (
    connection: Connection,
    received: Received,
  ) => Promise<unknown>;
  readonly lose: (connection: Connection, why: unknown) => void;
}

export class Session {
  /** Tells the client from others of the same name, which have no session either. */
  readonly #identity = { [CLIENT_HEADER]: randomUUID() };
  #isIdentified = false;
  #lastId = 0;

  constructor(private readonly options: SessionOptions) {}

  /** What a message is sent with; none: it is about the session itself. */
  headers(
    { sessionId }: Connection,
    message?: Message,
  ): Record<string, string> {
    const version = message && modernVersion(message);
    if (version !== undefined && message && isRequest(message)) {
      this.#isIdentified = true;
      return { ...modernHeaders(message, version), ...this.#identity };
    }
    const { negotiated } = this.options.memory;
    return {
      ...(sessionId !== undefined && { "mcp-session-id": sessionId }),
      ...(negotiated !== undefined &&
        message?.method !== "initialize" && {
          "mcp-protocol-version": negotiated,
        }),
    };
  }

  /** Sets the client's session up at another endpoint than before, if it had one. Returns what the client is to hear of it. */
  async resume(connection: Connection): Promise<readonly Message[]> {
    const { memory, log } = this.options;
    const { initialize, negotiated } = memory;
    if (!initialize) return [];
    const { reply, answer } = await this.#ask(connection, initialize);
    connection.sessionId = reply.sessionId;
    const { protocolVersion } = (answer.result ?? {}) as {
      protocolVersion?: unknown;
    };
    if (protocolVersion !== negotiated)
      log.warn(
        `It speaks ${String(protocolVersion)} now, and spoke ${String(negotiated)} before`,
      );
    await this.notify(connection, { method: "notifications/initialized" });
    connection.isSetUp = true;
    for (const request of memory.replays)
      try {
        await this.#ask(connection, request);
      } catch (error) {
        if (!(error instanceof Declined)) throw error;
        // What the client was subscribed to is not there any more.
        log.warn(error.message);
        memory.forget(request);
      }
    return memory.changes;
  }

  /** Throws if the session is gone, or it does not hear of it in time. */
  async notify(connection: Connection, message: Message): Promise<void> {
    const { upstream } = connection;
    const reply = await upstream.send(
      "POST",
      this.headers(connection, message),
      JSON.stringify({ jsonrpc: "2.0", ...message }),
      AbortSignal.timeout(NOTIFY_TIMEOUT),
    );
    await reply.body();
    if (isLost(reply, connection)) throw sessionIsGone();
  }

  /** Passes on what the endpoint tells by itself, until the connection is lost. */
  async listen(connection: Connection): Promise<void> {
    const { upstream } = connection;
    let lastId: string | undefined;
    for (let failures = 0; failures < MOST_FAILURES;) {
      try {
        const reply = await upstream.send(
          "GET",
          { ...this.headers(connection), ...after(lastId) },
          undefined,
          upstream.closed,
        );
        if (isLost(reply, connection)) {
          this.options.lose(connection, sessionIsGone());
          return;
        }
        // It tells nothing by itself.
        if (reply.status !== 200) return;
        for await (const received of reply.messages()) {
          lastId = received.eventId ?? lastId;
          failures = 0;
          await this.options.deliver(connection, received);
        }
      } catch (error) {
        // A stream on which nothing passes may be cut while its session lives on.
        failures += 1;
        if (failures === MOST_FAILURES) this.options.lose(connection, error);
      }
      if (upstream.closed.aborted) return;
      await delay(REOPEN_AFTER * 2 ** failures);
    }
  }

  /** The client is gone. */
  async leave(connection: Connection): Promise<void> {
    const { upstream, sessionId } = connection;
    if (sessionId !== undefined)
      await upstream.sayGoodbye(this.headers(connection));
    if (this.#isIdentified) await upstream.sayGoodbye(this.#identity);
  }

  /** A request that the client has asked before, under an id of our own. */
  async #ask(
    connection: Connection,
    request: Request,
  ): Promise<{ readonly reply: Reply; readonly answer: Message }> {
    this.#lastId += 1;
    const own = { ...request, id: `berth-${this.#lastId}` };
    const { upstream } = connection;
    const reply = await upstream.send(
      "POST",
      this.headers(connection, own),
      JSON.stringify(own),
      upstream.closed,
    );
    for await (const { text } of reply.messages())
      for (const message of readMessages(text) ?? []) {
        if (!isResponse(message) || message.id !== own.id) continue;
        if (message.error) throw new Declined(`It refuses ${request.method}`);
        return { reply, answer: message };
      }
    throw new Error(
      `it does not answer ${request.method} (status ${reply.status})`,
    );
  }
}

/** The header by which a stream goes on after that event. */
export function after(eventId: string | undefined): Record<string, string> {
  return eventId === undefined ? {} : { "last-event-id": eventId };
}

/** Its session, or what opened it, is gone. Nothing of the message was carried out. */
export function isLost(
  { status }: Reply,
  { upstream, sessionId }: Connection,
): boolean {
  // A server of the user's own that wants another kind of authorization wants it of the client.
  if (status === 401) return upstream.isProven || sessionId !== undefined;
  return status === 404 && sessionId !== undefined;
}

/** The endpoint has answered, with an error. */
class Declined extends Error {}

export function sessionIsGone(): Error {
  return new Error("its session has ended");
}
