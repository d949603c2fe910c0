// Makes sure that a directory with secrets in it is really ours before anything is written there.
import { chmod, lstat, mkdir } from "node:fs/promises";
import path from "node:path";
import { cannotWrite, errorCode, notPrivate } from "../errors";

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

/** Makes and checks `outer`, then the directories inside it; see ensurePrivateDirectory. */
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
 * Makes `directory` (0700) where it is missing, and checks it with lstat. `shared` is for a directory that other tools
 * use too and often leave readable: it is tightened to 0700; then the return value is true.
 * Throws a UserError when it is a symlink, not a directory, another user's, or open to others.
 */
export async function ensurePrivateDirectory(
  directory: string,
  { shared = false } = {},
): Promise<boolean> {
  try {
    await make(directory);
  } catch (error) {
    // A dangling symlink or a file in its place is told apart below.
    if (!(await lstat(directory).catch(() => undefined)))
      throw cannotWrite(directory, error);
  }
  const stat = await lstat(directory);
  if (stat.isSymbolicLink())
    throw notPrivate(directory, "it is a symbolic link");
  if (!stat.isDirectory()) throw notPrivate(directory, "it is not a directory");
  if (process.getuid === undefined) return false; // Windows: the profile's own access list protects it.
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

/** With the system's own error, which mkdir's `recursive` hides on a read-only file system. */
async function make(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === "EEXIST") return;
    const parent = path.dirname(directory);
    if (errorCode(error) !== "ENOENT" || parent === directory) throw error;
    await make(parent);
    await mkdir(directory, { mode: 0o700 }).catch((second: unknown) => {
      // Another window makes the same one at the same time.
      if (errorCode(second) !== "EEXIST") throw second;
    });
  }
}
