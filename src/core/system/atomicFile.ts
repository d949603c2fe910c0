// Atomic JSON files: other processes see a file whole or not at all, and other users can never read it.
import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import path from "node:path";

/** Our files are small; anything larger is not ours. */
const MAX_BYTES = 64 * 1024;

/**
 * Writes `value` as JSON with mode 0600: temporary file, fsync, rename. On failure it cleans up and throws the system
 * error. The temporary name has another extension, so no reader picks it up.
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

/** undefined if the file is missing, not a regular file, larger than 64 KB or not JSON. */
export function readJson(file: string): Promise<unknown> {
  return Promise.resolve(readJsonSync(file));
}

// Node's thread pool would make a small file cost ten times as much, and directories of a thousand are read at once.
function readJsonSync(file: string): unknown {
  try {
    const info = statSync(file, { throwIfNoEntry: false });
    // Reading a named pipe would block forever.
    if (!info?.isFile() || info.size > MAX_BYTES) return undefined;
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch {
    return undefined;
  }
}
