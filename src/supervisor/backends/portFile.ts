// The file in which a backend says on which port it listens: it has let the system choose one.
import { readFile, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const LOOK_EVERY = 25;
/** Bytes: more is no number. */
const MAX_BYTES = 64;

/** To be called before the start: what is in the file afterwards is new. */
export async function clearPortFile(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Resolves with the number once it is whole and `isListening`. Rejects only with the signal's reason. */
export async function readPortFile(
  file: string,
  isListening: (port: number) => Promise<boolean>,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    const port = parse(await readFile(file, "utf8").catch(() => ""));
    if (port !== undefined && (await isListening(port))) return port;
    await delay(LOOK_EVERY, undefined, { signal });
  }
}

/** "49152", with or without a line break. Half a number is a port where nobody listens. */
function parse(text: string): number | undefined {
  const found = text.length <= MAX_BYTES && /^\s*(\d{1,5})\s*$/.exec(text);
  const port = Number(found && found[1]);
  return port >= 1 && port <= 65_535 ? port : undefined;
}
