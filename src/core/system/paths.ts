// Resolves paths from outside to real paths, before anything is compared with a worktree.
import { readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { badPath, errorCode, messageOf } from "../errors";

/**
 * Follows every symbolic link, dangling ones too. For a file that does not exist: the real path of its nearest existing
 * parent, plus the rest.
 */
export function canonicalPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch (error) {
    const parent = path.dirname(file);
    if (parent === file) return file;
    const inParent = path.join(canonicalPath(parent), path.basename(file));
    // A cycle of links has no target.
    const target =
      errorCode(error) === "ELOOP" ? undefined : linkTarget(inParent);
    return target === undefined
      ? inParent
      : canonicalPath(path.resolve(path.dirname(inParent), target));
  }
}

function linkTarget(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** The file itself, its directory, and so on up to the root. */
export function* upwards(file: string): Generator<string> {
  for (let each = file; ; each = path.dirname(each)) {
    yield each;
    if (each === path.dirname(each)) return;
  }
}

/**
 * Resolves a path sent by a client: absolute, relative to the worktree, or a file: URI without a host. The result is
 * canonical but not yet checked against any worktree. Throws a UserError if it cannot name a file of a worktree.
 */
export function readClientPath(sent: string, worktree: string): string {
  if (sent === "") throw badPath(sent, "it is empty");
  const file = /^[a-z][a-z0-9+.-]+:/i.test(sent)
    ? fromUri(sent)
    : path.resolve(worktree, sent);
  if ([sent, file].some((path) => /^(\\\\|\/\/)/.test(path)))
    throw badPath(sent, "network paths are not opened");
  if (file.includes("\0")) throw badPath(sent, "it contains a NUL character");
  return canonicalPath(file);
}

function fromUri(sent: string): string {
  const url = URL.canParse(sent) ? new URL(sent) : undefined;
  if (url?.protocol !== "file:") throw badPath(sent, "it is not a file: URI");
  // The URL parser drops "localhost"; any remaining host is another machine.
  if (url.host !== "") throw badPath(sent, "it names another host");
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw badPath(sent, messageOf(error));
  }
}
