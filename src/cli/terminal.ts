// What the command line knows of the terminal that it runs in.
import { stripVTControlCharacters } from "node:util";
import { errorCode } from "../core/errors";

/** Codes with which a write fails once nobody reads any more: EINVAL is what Windows says of a closed pipe. */
const CLOSED = ["EPIPE", "EINVAL", "EOF", "ERR_STREAM_DESTROYED"];

/** A reader that has seen enough (`berth list | head -1`) is no failure. */
export function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error) => {
      if (CLOSED.includes(errorCode(error) ?? "")) process.exit();
      throw error;
    });
}

/**
 * The same for a command that has something to say before it ends, which does so itself once this resolves: nobody reads standard output
 * any more. What nobody reads on stderr is dropped.
 */
export function readerGone(): Promise<void> {
  for (const stream of [process.stdout, process.stderr])
    stream.removeAllListeners("error").on("error", () => undefined);
  return new Promise((resolve) =>
    process.stdout.once("error", () => {
      resolve();
    }),
  );
}

/** What a name or path may hold is never a command to the terminal. On one line. */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, " ");
}

/** The same of a text of several lines. */
export function cleanLines(text: string): string {
  return text.split("\n").map(clean).join("\n");
}

export type Paint = (text: string) => string;

/** Paints text that goes to stdout: only a terminal shows colours, and NO_COLOR turns them off (no-color.org). */
export function colours(): Readonly<
  Record<"bold" | "dim" | "red" | "green" | "yellow", Paint>
> {
  const { NO_COLOR: none = "", TERM: terminal } = process.env;
  const isOn = process.stdout.isTTY && none === "" && terminal !== "dumb";
  const paint =
    (on: number, off: number): Paint =>
    (text) =>
      isOn ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
  };
}

/** Asks on the terminal; anything but yes is no. The caller has made sure that there is one. */
export async function confirm(question: string): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
  });
  const closed = new AbortController();
  // Ctrl-C and Ctrl-D are no.
  lines.once("close", () => {
    closed.abort();
  });
  try {
    const answer = await lines.question(`${question} [y/N] `, {
      signal: closed.signal,
    });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!closed.signal.aborted) throw error;
    process.stderr.write("\n");
    return false;
  } finally {
    lines.close();
  }
}
