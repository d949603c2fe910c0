// Atomic files, of JSON mostly: other processes see a file whole or not at all, and other users can never read it.
import { randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { errorCode } from "../errors";

const MAX_BYTES = 64 * 1024;

/**
 * Writes `value` as JSON with mode 0600: temporary file, fsync, rename. On failure it cleans up and throws the system
 * error.
 */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeText(file, JSON.stringify(value));
}

/** The same for any text and another mode. */
export async function writeText(
  file: string,
  text: string,
  mode = 0o600,
): Promise<void> {
  const temporary = temporaryName(file, "tmp");
  try {
    const handle = await open(temporary, "wx", mode);
    try {
      await handle.writeFile(text);
      await flush(handle);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** fsync, where the file system has it: the drivers of some synced folders refuse it. */
export async function flush(handle: Pick<FileHandle, "sync">): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EPERM"].includes(errorCode(error) ?? ""))
      throw error;
  }
}

/** Hidden, and with another extension, so that no reader takes it for `file`. */
export function temporaryName(file: string, kind: "tmp" | "aside"): string {
  const { dir, base } = path.parse(file);
  return path.join(dir, `.${base}.${randomBytes(6).toString("hex")}.${kind}`);
}

/** The file that a temporary one was to become, or was; undefined for any other name. Version 0.1.0 used digits. */
export function temporaryOf(name: string): string | undefined {
  return /^\.(.+)\.[0-9a-f-]{12,}\.(?:tmp|aside)$/.exec(name)?.[1];
}

/** undefined if the file is missing, a link, not a regular file, larger than `maxBytes` or not JSON. */
export function readJson(file: string, maxBytes?: number): Promise<unknown> {
  return Promise.resolve(readJsonSync(file, maxBytes));
}

// Node's thread pool would make a small file cost ten times as much, and directories of a thousand are read at once.
function readJsonSync(file: string, maxBytes = MAX_BYTES): unknown {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  let descriptor: number | undefined;
  try {
    // Opening a named pipe would block forever. Both flags are undefined on Windows, and change nothing there.
    descriptor = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    // Of what was opened: the name may mean another file by now.
    const info = fstatSync(descriptor);
    if (!info.isFile() || info.size > maxBytes) return undefined;
    const content = Buffer.alloc(info.size);
    const length = readSync(descriptor, content, 0, info.size, 0);
    return JSON.parse(content.toString("utf8", 0, length)) as unknown;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
