// Which ports an instance tries. They are bound directly: probing first whether one is free would be a TOCTOU race.
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { errorCode } from "../errors";

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** That of the setting berth.portRange, for life without a window. */
export const DEFAULT_PORT_RANGE: PortRange = { first: 20_000, last: 29_999 };

/** Parses "20000-29999"; undefined unless it is two ports from 1024 to 65535 in ascending order. */
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
 * Every port of the range once, in an order specific to the key (a real path). Double hashing spreads processes that
 * start at once over the range, instead of having them queue for the same ports.
 */
export function* portsFor(key: string, range: PortRange): Generator<number> {
  const digest = createHash("sha256").update(key).digest();
  const count = range.last - range.first + 1;
  let step = 1 + (digest.readUInt32BE(4) % count);
  while (greatestCommonDivisor(step, count) !== 1) step += 1;
  for (let index = 0; index < count; index += 1)
    yield range.first + ((digest.readUInt32BE(0) + index * step) % count);
}

/** Binds 127.0.0.1 only. False if another program has the port or we may not use it. */
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

/** Whether it could be bound on 127.0.0.1 right now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  if (!(await listen(server, port))) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
