// Removes files that another process may replace at the same moment.
import { link, rename, rm } from "node:fs/promises";
import { errorCode } from "../errors";
import { temporaryName } from "../system/atomicFile";

/**
 * Removes a file if it `matches`, safe against TOCTOU races between processes: renames it aside, checks again, then
 * removes it, or puts it back unless a newer one has appeared. Returns whether it was removed.
 */
export async function removeVerified(
  file: string,
  matches: (file: string) => Promise<boolean>,
): Promise<boolean> {
  if (!(await matches(file))) return false;
  const aside = temporaryName(file, "aside");
  try {
    await rename(file, aside);
  } catch {
    return false; // Another process got there first.
  }
  const isMatch = await matches(aside);
  if (!isMatch) await putBack(aside, file);
  await rm(aside, { force: true });
  return isMatch;
}

/** Does not replace a newer file. */
async function putBack(aside: string, file: string): Promise<void> {
  try {
    await link(aside, file);
  } catch (error) {
    // Not every file system has hard links; rename may replace a newer file, but losing this one is worse.
    if (errorCode(error) !== "EEXIST") await rename(aside, file);
  }
}
