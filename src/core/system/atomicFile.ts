// Files that other processes read at any moment: seen whole or not at all, and never readable by others.
import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import path from "node:path";

/** Anything larger in a directory of small JSON files is not one of ours. */
const MAX_BYTES = 64 * 1024;

/**
 * Writes `value` as JSON with mode 0600: temporary file, fsync, rename. Leaves nothing behind when it fails; the
 * error is the system's own. The temporary name never ends in the file's own extension, so no reader picks it up.
 */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const temporary = path.join(
    path.dirname(file),
    `.${path.basename(file)}.${randomBytes(6).toString("hex")}.tmp`,
  );
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(JSON.stringify(value));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The parsed JSON of `file`, or undefined when it is missing, not a file, larger than 64 KB or not JSON. */
export function readJson(file: string): Promise<unknown> {
  return Promise.resolve(readJsonNow(file));
}

// Through Node's thread pool a small file costs ten times as much, and directories of a thousand are read at once.
function readJsonNow(file: string): unknown {
  try {
    const info = statSync(file, { throwIfNoEntry: false });
    // Reading a named pipe would never end.
    if (!info?.isFile() || info.size > MAX_BYTES) return undefined;
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch {
    return undefined;
  }
}
