// Removes the temporary files of processes that were killed in between: there are tokens in them.
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { temporaryOf } from "../system/atomicFile";
import { CLOCK_FILE, DiskClock } from "../system/diskClock";
import { areOurs } from "../system/privateDirectory";

/** Milliseconds, by the disk's clock. Nobody takes longer to write or remove a small file. */
const KEEP_FOR = 60_000;

/**
 * In the last of the directories, and only if all of them are ours. `isOurs` is asked about the file that one was to
 * become, or was. Returns the removed paths.
 */
export async function removeTemporaryFiles(
  directories: readonly string[],
  isOurs: (name: string, file: string) => boolean | Promise<boolean>,
): Promise<string[]> {
  const directory = directories.at(-1);
  if (directory === undefined || !areOurs(directories)) return [];
  const clock = new DiskClock();
  const removed: string[] = [];
  for (const name of await readdir(directory).catch(() => [])) {
    const original = temporaryOf(name);
    if (original === undefined) continue;
    const file = path.join(directory, name);
    if (original !== CLOCK_FILE && !(await isOurs(original, file))) continue;
    const age = await clock.ageOf(file);
    if (age === undefined || age <= KEEP_FOR) continue;
    // Another window may sweep at the same time, and the next sweep tries again.
    await rm(file).then(
      () => removed.push(file),
      () => undefined,
    );
  }
  return removed;
}
