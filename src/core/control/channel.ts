// A connection that carries messages: plain data, in order, both ways.
import type { Socket } from "node:net";
import { messageOf } from "../errors";

type Receive = (message: unknown) => void;

export interface Channel {
  post(message: unknown): void;
  /** One receiver at a time; with none, messages wait for the next. */
  onMessage(receive: Receive | undefined): void;
  /** Resolves with the reason once it has ended, whoever ended it. */
  readonly ended: Promise<string>;
  end(): void;
}

const NEWLINE = 10;

/** Bytes of one message: twice the largest change that an agent may propose, as JSON. */
export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
/** Bytes that wait for a peer that does not read. */
const MAX_BACKLOG_BYTES = 2 * MAX_MESSAGE_BYTES;

/** Messages are lines of JSON, which has no line break of its own. */
export class SocketChannel implements Channel {
  readonly ended: Promise<string>;
  /** Bytes. */
  #limit: number;
  #receive: Receive | undefined;
  readonly #waiting: unknown[] = [];
  #parts: Buffer[] = [];
  #size = 0;
  #reason: string | undefined;

  constructor(
    private readonly socket: Socket,
    limit = MAX_MESSAGE_BYTES,
  ) {
    this.#limit = limit;
    this.ended = new Promise((resolve) => {
      socket.on("error", (error) => {
        this.#reason ??= messageOf(error);
      });
      socket.once("close", () => {
        resolve(this.#reason ?? "the other end has closed it");
      });
    });
    socket.on("data", (chunk: Buffer) => {
      this.#read(chunk);
    });
  }

  /** Bytes of one message from now on. */
  set limit(limit: number) {
    this.#limit = limit;
  }

  post(message: unknown): void {
    if (this.socket.destroyed) return;
    this.socket.write(`${JSON.stringify(message)}\n`);
    if (this.socket.writableLength > MAX_BACKLOG_BYTES)
      this.#cut("the other end does not read");
  }

  onMessage(receive: Receive | undefined): void {
    this.#receive = receive;
    this.#deliver();
  }

  end(): void {
    this.#reason ??= "this end has closed it";
    this.socket.destroySoon();
  }

  #cut(reason: string): void {
    this.#reason ??= reason;
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    let start = 0;
    for (
      let end = chunk.indexOf(NEWLINE);
      end >= 0 && !this.socket.destroyed;
      end = chunk.indexOf(NEWLINE, start)
    ) {
      this.#add(chunk.subarray(start, end));
      start = end + 1;
      this.#take();
    }
    this.#add(chunk.subarray(start));
  }

  #add(part: Buffer): void {
    if (part.length === 0) return;
    this.#size += part.length;
    if (this.#size > this.#limit)
      this.#cut(`a message was larger than ${this.#limit} bytes`);
    else this.#parts.push(part);
  }

  #take(): void {
    const line = Buffer.concat(this.#parts).toString();
    this.#parts = [];
    this.#size = 0;
    try {
      this.#waiting.push(JSON.parse(line));
    } catch {
      this.#cut("a message was not JSON");
    }
    this.#deliver();
  }

  #deliver(): void {
    while (this.#receive && this.#waiting.length > 0)
      this.#receive(this.#waiting.shift());
  }
}

/** Two ends in one process. */
export function localChannels(): [Channel, Channel] {
  let end: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  let isEnded = false;
  const receivers: (Receive | undefined)[] = [];
  const waiting: [unknown[], unknown[]] = [[], []];
  const deliver = (side: 0 | 1): void => {
    while (!isEnded && receivers[side] && waiting[side].length > 0)
      receivers[side](waiting[side].shift());
  };
  const channel = (own: 0 | 1, other: 0 | 1): Channel => ({
    post: (message) => {
      // A copy that comes later, as over a socket.
      waiting[other].push(JSON.parse(JSON.stringify(message)));
      setImmediate(deliver, other);
    },
    onMessage: (receive) => {
      receivers[own] = receive;
      deliver(own);
    },
    ended,
    end: () => {
      isEnded = true;
      end("it was closed");
    },
  });
  return [channel(0, 1), channel(1, 0)];
}
