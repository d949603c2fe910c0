// One instance as the router calls it: a link, and with it sockets, a queue and a buffer of its own, so that one that hangs delays nobody.
import type { CallToolResult } from "@modelcontextprotocol/server";
import { CLIENT_HEADER } from "../../core/control/clientHeader";
import { messageOf, UserError } from "../../core/errors";
import type { Log } from "../../core/log";
import { callInterrupted, notReached } from "../bridge/bridgeMessages";
import { type Connection, Link } from "../bridge/link";
import {
  isResponse,
  type Message,
  modernHeaders,
  readMessages,
} from "../bridge/message";
import type { Reach } from "../bridge/reach";
import { Busy, Refused } from "../bridge/upstream";
import { tooManyCalls } from "../errors";

export interface RoutedCall {
  readonly name: string;
  readonly args: unknown;
  readonly isReadOnly: boolean;
  readonly signal: AbortSignal;
}

/** Who calls: the router's own client. */
export interface Caller {
  readonly name: string;
  readonly version: string;
}

const VERSION = "2026-07-28";
/** Calls that one instance may owe an answer for. */
const MAX_CALLS = 64;
/** Times that one call is sent. */
const MOST_TRIES = 10;

export class InstanceClient {
  readonly #link: Link;
  #open = 0;
  #lastId = 0;

  constructor(
    private readonly reach: Reach,
    /** Tells the router from others of the same client's name. */
    private readonly id: string,
    log: Log,
  ) {
    this.#link = new Link({
      reach,
      log,
      isOwed: () => this.#open > 0,
      prepare: () => Promise.resolve(),
      onDidConnect: () => undefined,
      onDidLose: () => false,
    });
  }

  /** Throws a UserError if it is not reached, or nobody knows how far the call came. */
  async call(call: RoutedCall, caller: Caller): Promise<CallToolResult> {
    if (this.#open >= MAX_CALLS) throw tooManyCalls(this.reach.name, MAX_CALLS);
    this.#open += 1;
    try {
      for (let tries = 1; ; tries += 1) {
        const connection = await this.#link.connection(call.signal);
        try {
          const result = await this.#attempt(connection, call, caller);
          this.#link.noteSuccess();
          return result;
        } catch (error) {
          if (error instanceof UserError || call.signal.aborted) throw error;
          // Others may still get their answers on it.
          if (!(error instanceof Busy)) this.#link.lose(connection, error);
          if (!(error instanceof Refused) && !call.isReadOnly)
            throw callInterrupted(this.reach.name);
          if (tries >= MOST_TRIES)
            throw notReached(this.reach.name, messageOf(error));
        }
      }
    } finally {
      this.#open -= 1;
    }
  }

  async end(): Promise<void> {
    await this.#link.current?.upstream.sayGoodbye({ [CLIENT_HEADER]: this.id });
    await this.#link.end();
  }

  async #attempt(
    connection: Connection,
    call: RoutedCall,
    caller: Caller,
  ): Promise<CallToolResult> {
    const { upstream } = connection;
    this.#lastId += 1;
    const request = {
      jsonrpc: "2.0",
      id: this.#lastId,
      method: "tools/call",
      params: {
        name: call.name,
        arguments: call.args,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": VERSION,
          "io.modelcontextprotocol/clientInfo": {
            name: caller.name,
            version: caller.version,
          },
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    };
    const reply = await upstream.send(
      "POST",
      { ...modernHeaders(request, VERSION), [CLIENT_HEADER]: this.id },
      JSON.stringify(request),
      call.signal,
    );
    if (reply.status === 401) throw new Refused("its token has changed");
    for await (const { text } of reply.messages())
      for (const message of readMessages(text) ?? [])
        if (isResponse(message) && message.id === request.id)
          return resultOf(message);
        else if (reply.status >= 400) return resultOf(message);
    throw new Error("it has ended the answer before its end");
  }
}

/** Throws a UserError with the instance's own words if it refuses. */
function resultOf({ result, error }: Message): CallToolResult {
  if (result !== undefined) return result as CallToolResult;
  const { message } = (error ?? {}) as { message?: unknown };
  throw new UserError(
    typeof message === "string" ? message : "The instance refuses the call.",
  );
}
