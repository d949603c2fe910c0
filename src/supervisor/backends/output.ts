// What a backend writes: into its log file, and to whoever waits for a line or follows it.
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { toPrintable } from "../../core/worktrees/names";

/** Lines that are kept for a message about its end. */
const TAIL = 20;
/** Characters of a line; what is longer is split. */
const MAX_LINE = 8_192;
/** Bytes that it may write at once, and in each pause of the reader; more waits in the pipe, and so does the backend. */
const BUDGET = 4 * 1024 * 1024;
const PAUSE = 50;

export class BackendOutput {
  readonly #listeners = new Set<(line: string) => void>();
  #tail: string[] = [];

  /** `sink` is given whole lines. */
  constructor(private readonly sink: (lines: string) => void) {}

  /** The last lines of the current or latest run. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** A line of Berth's own. */
  note(line: string): void {
    this.sink(`--- ${toPrintable(line)}\n`);
  }

  forgetTail(): void {
    this.#tail = [];
  }

  /** `listener` is told each line of the backend's own. */
  onDidWrite(listener: (line: string) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Resolves when the stream has ended. */
  async read(stream: Readable): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    let budget = BUDGET;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        budget -= chunk.length;
        const lines = (rest + decoder.decode(chunk, { stream: true })).split(
          "\n",
        );
        rest = lines.pop() ?? "";
        for (; rest.length > MAX_LINE; rest = rest.slice(MAX_LINE))
          lines.push(rest.slice(0, MAX_LINE));
        this.#writeAll(lines);
        if (budget > 0) continue;
        await delay(PAUSE);
        budget = BUDGET;
      }
    } catch {
      // It was cut off with its process.
    }
    if (rest !== "") this.#writeAll([rest]);
  }

  #writeAll(lines: readonly string[]): void {
    const clean = lines.map(cleanLine);
    if (clean.length === 0) return;
    this.#tail = [...this.#tail, ...clean].slice(-TAIL);
    for (const line of clean)
      for (const listener of this.#listeners) listener(line);
    this.sink(clean.map((line) => `${line}\n`).join(""));
  }
}

/** Without colours, and with what no text file holds as visible characters. */
function cleanLine(line: string): string {
  return stripVTControlCharacters(line.replace(/\r$/, "")).replaceAll(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    "\ufffd",
  );
}
