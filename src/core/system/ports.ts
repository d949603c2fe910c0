// Which ports an instance tries, and how: by binding them, never by asking first whether they are free.
import { createHash } from "node:crypto";
import type { Server } from "node:net";
import { errorCode } from "../errors";

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Parses "20000-29999"; undefined when it is not two ports from 1024 to 65535 in rising order. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^\s*(\d{1,5})\s*-\s*(\d{1,5})\s*$/.exec(text);
  if (!match) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  return first >= 1024 && first <= last && last <= 65_535
    ? { first, last }
    : undefined;
}

export function isInRange({ first, last }: PortRange, port: number): boolean {
  return port >= first && port <= last;
}

/**
 * Every port of the range once, in an order of its own for each key (a real path): double hashing, so that many
 * processes that start at once spread over the range instead of queueing behind one another.
 */
export function* portsFor(key: string, range: PortRange): Generator<number> {
  const digest = createHash("sha256").update(key).digest();
  const count = range.last - range.first + 1;
  let step = 1 + (digest.readUInt32BE(4) % count);
  while (greatestCommonDivisor(step, count) !== 1) step += 1;
  for (let index = 0; index < count; index += 1)
    yield range.first + ((digest.readUInt32BE(0) + index * step) % count);
}

/** Binds `server` to the port on 127.0.0.1 only. False when another program has it or we may not use it. */
export async function listen(server: Server, port: number): Promise<boolean> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host: "127.0.0.1" }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === "EADDRINUSE" || code === "EACCES") return false;
    throw error;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
