// Verifies that a directory for secrets is really ours, before anything in it is read or written.
import { lstatSync, type Stats, statSync } from "node:fs";
import { chmod, lstat, mkdir } from "node:fs/promises";
import path from "node:path";
import { cannotWrite, notPrivate } from "../pathErrors";
import { errorCode } from "../errors";

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
const WORLD_WRITES = 0o002;
const STICKY = 0o1000;

/**
 * Whether nobody else decides what is in these directories: what is read elsewhere would be another user's word. They
 * are nested, the outermost first. False if one does not exist.
 */
export function areOurs(directories: readonly string[]): boolean {
  try {
    return directories.every((each) => whyNotOurs(each) === undefined);
  } catch {
    return false;
  }
}

/** The same of one that exists, in words; undefined if it is. */
export function whyNotOurs(directory: string): string | undefined {
  return faultOf(directory, lstatSync(directory), { shared: true });
}

/** Ensures `outer`, then the directories inside it; see ensurePrivateDirectory. */
export async function ensurePrivateDirectories(
  outer: string,
  inner: readonly string[],
): Promise<void> {
  await ensurePrivateDirectory(outer);
  await Promise.all(
    inner.map((directory) => ensurePrivateDirectory(directory)),
  );
}

/**
 * Creates `directory` (0700) if it is missing, and checks it with lstat. Throws a UserError if it is a symlink, not a
 * directory, another user's, or open to others. `shared`: other tools use it too and often leave it readable, so it is
 * tightened to 0700; returns whether that was necessary.
 */
export async function ensurePrivateDirectory(
  directory: string,
  { shared = false } = {},
): Promise<boolean> {
  try {
    await makeWithParents(directory);
  } catch (error) {
    // The checks below report a dangling symlink or a file in its place.
    if (!(await lstat(directory).catch(() => undefined)))
      throw cannotWrite(directory, error);
  }
  const info = await lstat(directory);
  const fault = faultOf(directory, info, { shared });
  if (fault !== undefined) throw notPrivate(directory, fault);
  if (process.getuid === undefined || (info.mode & OTHERS) === 0) return false;
  try {
    await chmod(directory, 0o700);
  } catch (error) {
    throw cannotWrite(directory, error);
  }
  return true;
}

/** Why the directory is not ours alone; undefined if it is. */
function faultOf(
  directory: string,
  info: Stats,
  { shared }: { readonly shared: boolean },
): string | undefined {
  if (info.isSymbolicLink()) return "it is a symbolic link";
  if (!info.isDirectory()) return "it is not a directory";
  // Windows: the ACL of the user's profile protects it.
  if (process.getuid === undefined) return undefined;
  if (info.uid !== process.getuid()) return "it belongs to another user";
  if (!shared && (info.mode & OTHERS) !== 0) return "other users can open it";
  if ((info.mode & OTHERS_WRITE) !== 0) return "other users can write to it";
  // Not the group's right to write: for many users that is the default, with a group of their own.
  const parent = path.dirname(directory);
  const { mode } = statSync(parent);
  return (mode & WORLD_WRITES) !== 0 && (mode & STICKY) === 0
    ? `other users can write to ${parent} and replace it`
    : undefined;
}

/** Creates parents too, but unlike mkdir's `recursive` keeps the system error on a read-only file system. */
async function makeWithParents(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === "EEXIST") return;
    const parent = path.dirname(directory);
    if (errorCode(error) !== "ENOENT" || parent === directory) throw error;
    await makeWithParents(parent);
    await mkdir(directory, { mode: 0o700 }).catch((second: unknown) => {
      // Another window may create it at the same time.
      if (errorCode(second) !== "EEXIST") throw second;
    });
  }
}
