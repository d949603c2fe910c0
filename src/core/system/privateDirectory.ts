// Verifies that a directory for secrets is really ours, before anything is written to it.
import { chmod, lstat, mkdir } from "node:fs/promises";
import path from "node:path";
import { cannotWrite, errorCode, notPrivate } from "../errors";

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

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
  const stat = await lstat(directory);
  if (stat.isSymbolicLink())
    throw notPrivate(directory, "it is a symbolic link");
  if (!stat.isDirectory()) throw notPrivate(directory, "it is not a directory");
  if (process.getuid === undefined) return false; // Windows: the user profile's ACL protects it.
  if (stat.uid !== process.getuid())
    throw notPrivate(directory, "it belongs to another user");
  if ((stat.mode & OTHERS) === 0) return false;
  if (!shared) throw notPrivate(directory, "other users can open it");
  if ((stat.mode & OTHERS_WRITE) !== 0)
    throw notPrivate(directory, "other users can write to it");
  try {
    await chmod(directory, 0o700);
  } catch (error) {
    throw cannotWrite(directory, error);
  }
  return true;
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
