// The clock that stamps files. A network drive has another machine's, and the two may be hours apart.
import { constants } from "node:fs";
import { lstat, open, rm } from "node:fs/promises";
import path from "node:path";
import { temporaryName } from "./atomicFile";

/** Milliseconds for which a measured clock is trusted to go on like ours. */
const MEASURE_EVERY = 30_000;

/** What the temporary files with which the clock is read are named after. */
export const CLOCK_FILE = "berth-clock";

export class DiskClock {
  readonly #measured = new Map<string, { disk: number; monotonic: number }>();

  /** Milliseconds since the file was last written; undefined if there is none, or its directory is read-only. */
  async ageOf(file: string): Promise<number | undefined> {
    const [now, info] = await Promise.all([
      this.#now(path.dirname(file)),
      lstat(file).catch(() => undefined),
    ]);
    return now === undefined || info === undefined
      ? undefined
      : now - info.mtimeMs;
  }

  async #now(directory: string): Promise<number | undefined> {
    const known = this.#measured.get(directory);
    const elapsed = performance.now() - (known?.monotonic ?? -Infinity);
    if (known && elapsed < MEASURE_EVERY) return known.disk + elapsed;
    const disk = await measure(directory).catch(() => undefined);
    if (disk !== undefined)
      this.#measured.set(directory, { disk, monotonic: performance.now() });
    return disk;
  }
}

async function measure(directory: string): Promise<number> {
  const probe = temporaryName(path.join(directory, CLOCK_FILE), "tmp");
  try {
    const handle = await open(probe, "wx", 0o600);
    try {
      await handle.write("x");
    } finally {
      await handle.close();
    }
    return (await lstat(probe)).mtimeMs;
  } finally {
    await rm(probe, { force: true });
  }
}

/** Marks a file as written now, by its disk's clock. `utimes` would use ours. */
export async function stamp(file: string): Promise<void> {
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(file, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  try {
    // The same byte again: nobody can read anything else in between.
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, 0);
    await handle.write(buffer, 0, bytesRead, 0);
  } finally {
    await handle.close();
  }
}
