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
import type { Received, Reply } from "./upstream";

/** Milliseconds before a stream that has ended is opened again. */
export const REOPEN_AFTER = 200;

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
    for (const request of memory.replays) await this.#ask(connection, request);
    void this.listen(connection);
    return memory.changes;
  }

  /** Throws if it is not taken. */
  async notify(connection: Connection, message: Message): Promise<void> {
    const { upstream } = connection;
    const reply = await upstream.send(
      "POST",
      this.headers(connection, message),
      JSON.stringify({ jsonrpc: "2.0", ...message }),
      upstream.closed,
    );
    await reply.body();
    if (isLost(reply, connection)) throw sessionIsGone();
  }

  /** Passes on what the endpoint tells by itself, until the connection is lost. */
  async listen(connection: Connection): Promise<void> {
    const { upstream } = connection;
    let lastId: string | undefined;
    try {
      for (;;) {
        const reply = await upstream.send(
          "GET",
          { ...this.headers(connection), ...after(lastId) },
          undefined,
          upstream.closed,
        );
        if (isLost(reply, connection)) throw sessionIsGone();
        // It tells nothing by itself.
        if (reply.status !== 200) return;
        for await (const received of reply.messages()) {
          lastId = received.eventId ?? lastId;
          await this.options.deliver(connection, received);
        }
        await delay(REOPEN_AFTER, undefined, { signal: upstream.closed });
      }
    } catch (error) {
      if (!upstream.closed.aborted) this.options.lose(connection, error);
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
      for (const message of readMessages(text) ?? [])
        if (isResponse(message) && message.id === own.id && !message.error)
          return { reply, answer: message };
    throw new Error(`it refuses ${request.method} (status ${reply.status})`);
  }
}

/** The header by which a stream goes on after that event. */
export function after(eventId: string | undefined): Record<string, string> {
  return eventId === undefined ? {} : { "last-event-id": eventId };
}

/** Its session, or what opened it, is gone. Nothing of the message was carried out. */
export function isLost({ status }: Reply, { sessionId }: Connection): boolean {
  return status === 401 || (status === 404 && sessionId !== undefined);
}

export function sessionIsGone(): Error {
  return new Error("its session has ended");
}
