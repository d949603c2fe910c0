// Splits what a server writes into lines, one message each, and drops lines that are too long to be one.
import { deserializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

const NEWLINE = 0x0a;

export class MessageLines {
  #parts: Buffer[] = [];
  #size = 0;
  #isTooLong = false;

  /** `maxBytes` of one line. */
  constructor(private readonly maxBytes: number) {}

  /** Returns the lines that the chunk completes, and how many were dropped. */
  add(chunk: Buffer): { readonly lines: string[]; readonly dropped: number } {
    const lines: string[] = [];
    let dropped = 0;
    let start = 0;
    for (
      let end = chunk.indexOf(NEWLINE);
      end >= 0;
      end = chunk.indexOf(NEWLINE, start)
    ) {
      this.#keep(chunk.subarray(start, end));
      if (this.#isTooLong) dropped += 1;
      else lines.push(Buffer.concat(this.#parts).toString("utf8"));
      this.#forget();
      this.#isTooLong = false;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return { lines, dropped };
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.maxBytes) this.#isTooLong = true;
    if (this.#isTooLong) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #forget(): void {
    this.#parts = [];
    this.#size = 0;
  }
}

/** undefined: the line is no message. */
export function parseMessage(line: string): JSONRPCMessage | undefined {
  try {
    return deserializeMessage(line);
  } catch {
    return undefined;
  }
}
