// The client's side of a bridge: lines on standard input, lines on standard output and nothing else there.
import { once } from "node:events";
import { ByteLines } from "../../core/byteLines";
import { errorCode } from "../../core/errors";

/** Bytes of one message. */
const MAX_LINE = 32 * 1024 * 1024;

export interface LineReader {
  receive(line: string): void;
  /** A line that was longer than this many bytes. */
  refuseLine(maxBytes: number): void;
}

/** Resolves when the client has closed its end, or cannot be read any more. */
export async function readLines(reader: LineReader): Promise<void> {
  const lines = new ByteLines(MAX_LINE);
  process.stdin.on("data", (chunk: Buffer) => {
    const complete = lines.add(chunk);
    for (let each = 0; each < complete.dropped; each += 1)
      reader.refuseLine(MAX_LINE);
    for (const line of complete.lines) {
      const text = line.toString().trim();
      if (text !== "") reader.receive(text);
    }
  });
  try {
    await once(process.stdin, "end");
  } catch (error) {
    // A closed pipe, as Windows tells of it.
    if (
      !["EOF", "EPIPE", "EINVAL", "ECONNRESET"].includes(errorCode(error) ?? "")
    )
      throw error;
  }
}

/** One wait for all that do. */
let draining: Promise<unknown> | undefined;

/** Resolves when there is room for more. */
export async function writeLine(line: string): Promise<void> {
  if (process.stdout.write(`${line}\n`)) return;
  draining ??= once(process.stdout, "drain")
    // Nobody reads any more.
    .catch(() => undefined)
    .finally(() => {
      draining = undefined;
    });
  await draining;
}
