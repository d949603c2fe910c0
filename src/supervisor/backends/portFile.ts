// The file in which a backend says on which port it listens: it has let the system choose one.
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { readJson } from "../../core/system/atomicFile";

const LOOK_EVERY = 25;
/** Bytes: more is no number. */
const MAX_BYTES = 64;

/** To be called before the start: what is in the file afterwards is new. Removes whatever has been made of it. */
export async function clearPortFile(file: string): Promise<void> {
  await rm(file, { force: true, recursive: true });
}

/** Resolves with the number once it is whole and `isListening`. Rejects only with the signal's reason. */
export async function readPortFile(
  file: string,
  isListening: (port: number) => Promise<boolean>,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    const port = await readJson(file, MAX_BYTES);
    if (isPort(port) && (await isListening(port))) return port;
    await delay(LOOK_EVERY, undefined, { signal });
  }
}

/** Half a number is a port where nobody listens. */
function isPort(value: unknown): value is number {
  return (
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535
  );
}
