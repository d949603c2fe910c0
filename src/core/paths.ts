// Paths as others give them, made into real ones before anything is compared with a worktree.
import { realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { badPath, errorCode, messageOf } from "./errors";

/**
 * The real path, with every symbolic link followed; of a file that does not exist yet, the real path of its nearest
 * existing parent with the rest added.
 */
export function canonicalPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch (error) {
    const parent = path.dirname(file);
    if (parent === file || errorCode(error) === "ELOOP") return file;
    return path.join(canonicalPath(parent), path.basename(file));
  }
}

/**
 * Reads a path that a client sent: absolute, relative to the worktree, or a file: URI without a host. The result is
 * canonical, and not yet checked against any worktree. Throws a UserError for what no file of a worktree can be.
 */
export function readClientPath(sent: string, worktree: string): string {
  if (sent === "") throw badPath(sent, "it is empty");
  if (/^(\\\\|\/\/)/.test(sent))
    throw badPath(sent, "network paths are not opened");
  const file = /^[a-z][a-z0-9+.-]+:/i.test(sent)
    ? fromUri(sent)
    : path.resolve(worktree, sent);
  if (file.includes("\0")) throw badPath(sent, "it contains a NUL character");
  return canonicalPath(file);
}

function fromUri(sent: string): string {
  const url = URL.canParse(sent) ? new URL(sent) : undefined;
  if (url?.protocol !== "file:") throw badPath(sent, "it is not a file: URI");
  // The URL parser drops "localhost"; anything that is left is another machine.
  if (url.host !== "") throw badPath(sent, "it names another host");
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw badPath(sent, messageOf(error));
  }
}
