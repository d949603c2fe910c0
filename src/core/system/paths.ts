// Resolves paths from outside to real paths, before anything is compared with a worktree.
import { existsSync, readlinkSync, realpathSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { badPath, pathTooLong } from "../pathErrors";
import { errorCode } from "../errors";

/** Linux's limit for a path. Everything done with one costs its length, so nothing is done with a longer one. */
export const MAX_PATH_BYTES = 4_096;

/** As many links as Linux follows. Only links that outgrow a path's length get there: others are a cycle before. */
const MAX_LINKS = 40;

/**
 * Follows every symbolic link, dangling ones too. For a file that does not exist: the real path of its nearest existing
 * parent, plus the rest.
 */
export function canonicalPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return resolveMissing(file);
  }
}

/** Walks down to the first part that does not exist: nothing below it does either. */
function resolveMissing(file: string): string {
  let [real, parts] = split(path.resolve(file));
  for (let links = 0; ;) {
    const part = parts.shift();
    if (part === undefined) return real;
    const next = path.join(real, part);
    try {
      real = realpathSync.native(next);
      continue;
    } catch (error) {
      // A cycle of links has no target.
      const target =
        errorCode(error) === "ELOOP" ? undefined : linkTarget(next);
      links += 1;
      if (target === undefined || links > MAX_LINKS)
        return path.join(next, parts.join(path.sep));
      const [root, targetParts] = split(target);
      if (root !== "") real = root;
      // Not resolved as text: ".." after a link leads to the parent of its target.
      parts = [...targetParts, ...parts];
    }
  }
}

function split(file: string): [root: string, parts: string[]] {
  const { root } = path.parse(file);
  return [
    root,
    file.slice(root.length).split(path.sep === "/" ? "/" : /[\\/]/),
  ];
}

function linkTarget(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** The real path of a directory; undefined if there is none. Rejects where the system cannot say. */
export async function realDirectory(
  folder: string,
): Promise<string | undefined> {
  try {
    const real = await realpath(folder);
    return (await stat(real)).isDirectory() ? real : undefined;
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes(errorCode(error) ?? ""))
      return undefined;
    throw error;
  }
}

/** Whether `file` is `directory` or lies under it; both are real absolute paths. */
export function contains(directory: string, file: string): boolean {
  if (file === directory) return true;
  // Windows alone spells one path in several ways. Asked thousands of times where many worktrees are open.
  if (path.sep === "/")
    return file.startsWith(directory === "/" ? "/" : `${directory}/`);
  const relative = path.relative(directory, file);
  return (
    relative === "" ||
    (relative !== ".." &&
      !relative.startsWith(`..${path.sep}`) &&
      !path.isAbsolute(relative))
  );
}

/** The deepest of the directories that contains `file`. */
export function deepest(
  directories: Iterable<string>,
  file: string,
): string | undefined {
  let found: string | undefined;
  for (const directory of directories)
    if (
      contains(directory, file) &&
      (found === undefined || directory.length > found.length)
    )
      found = directory;
  return found;
}

/** The file itself, its directory, and so on up to the root. */
export function* upwards(file: string): Generator<string> {
  for (let each = file; ; each = path.dirname(each)) {
    yield each;
    if (each === path.dirname(each)) return;
  }
}

/**
 * Resolves a path sent by a client: absolute, relative to the worktree, or after file://. Of the readings of a URI it is
 * the first that exists and `isOpen`, else the plain one. The result is canonical, and the caller checks that it is open.
 * Throws a UserError if it cannot name a file of a worktree.
 */
export function readClientPath(
  sent: string,
  worktree: string,
  isOpen: (file: string) => boolean = () => true,
): string {
  if (sent === "") throw badPath(sent, "it is empty");
  // The length first: to count bytes costs what the path is long.
  if (sent.length > MAX_PATH_BYTES || Buffer.byteLength(sent) > MAX_PATH_BYTES)
    throw pathTooLong(MAX_PATH_BYTES);
  const [plain, decoded] = /^[a-z][a-z0-9+.-]+:/i.test(sent)
    ? uriReadings(sent, path)
    : [sent];
  const fault = faultOf(plain);
  if (fault !== undefined) throw badPath(sent, fault);
  const file = canonicalPath(path.resolve(worktree, plain));
  if (decoded === undefined || faultOf(decoded) !== undefined) return file;
  const isThere = (each: string): boolean => isOpen(each) && existsSync(each);
  if (isThere(file)) return file;
  const other = canonicalPath(decoded);
  return isThere(other) ? other : file;
}

function faultOf(file: string): string | undefined {
  if (/^(\\\\|\/\/)/.test(file)) return "network paths are not opened";
  if (file.includes("\0")) return "it contains a NUL character";
  return undefined;
}

/**
 * The paths that a file: URI may mean. Claude Code sends file:// and the plain path, with "#", "?" and "%" as they are;
 * others encode it. Throws a UserError if there is none.
 */
export function uriReadings(
  sent: string,
  { sep }: path.PlatformPath,
): readonly [plain: string, decoded?: string] {
  const uri = /^file:(?:\/\/(?:localhost(?=\/))?)?(.*)$/is.exec(sent);
  if (uri?.[1] === undefined) throw badPath(sent, "it is not a file: URI");
  const [first, second] = [uri[1], decode(uri[1])].flatMap((each) => {
    if (sep === "/") return each?.startsWith("/") ? each : [];
    return /^\/?([a-z]:[\\/].*)$/is.exec(each ?? "")?.[1] ?? [];
  });
  // What is no path of this machine starts with another one's name.
  if (first === undefined) throw badPath(sent, "it names another host");
  return second === undefined || second === first ? [first] : [first, second];
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
