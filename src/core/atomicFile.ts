// Files that other processes read at any moment: seen whole or not at all, and never readable by others.
import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
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
export async function readJson(file: string): Promise<unknown> {
  try {
    const info = await stat(file);
    // Reading a named pipe would never end.
    if (!info.isFile() || info.size > MAX_BYTES) return undefined;
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch {
    return undefined;
  }
}
