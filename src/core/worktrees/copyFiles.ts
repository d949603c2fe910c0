// Copies files that git does not track, such as .env, from one worktree to another.
import { chmod, constants, copyFile, lstat, mkdir } from "node:fs/promises";
import { readlink, symlink } from "node:fs/promises";
import path from "node:path";
import picomatch from "picomatch/posix";
import { errorCode, messageOf } from "../errors";
import { notCopied } from "../messages/worktrees";
import { canonicalPath, contains } from "../system/paths";
import type { GitOptions } from "./git";
import { gitOrThrow, patiently } from "./gitOrThrow";

export interface CopiedFiles {
  /** By their paths in the worktree, with "/". */
  readonly copied: readonly string[];
  readonly left: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Copies what is ignored or untracked in `from` and matches a pattern; nothing is replaced. A pattern without a slash
 * names files and folders at any depth, one with a slash is taken from the top; a folder covers its contents. Never
 * node_modules, nor other worktrees and repositories that lie inside. Throws a UserError where git does not answer.
 */
export async function copyIgnoredFiles(
  from: string,
  to: string,
  patterns: readonly string[],
  options?: GitOptions,
): Promise<CopiedFiles> {
  const isWanted = matcherOf(patterns);
  if (!isWanted) return { copied: [], left: [] };
  const source = canonicalPath(from);
  const target = canonicalPath(to);
  const stdout = await gitOrThrow(
    source,
    [
      "ls-files",
      "--others",
      "-z",
      "--",
      ":(exclude,glob)**/node_modules/**",
      // A link of that name.
      ":(exclude,glob)**/node_modules",
    ],
    patiently(options),
  );
  // git names a repository inside, and does not look into it: "vendor/library/".
  const files = stdout
    .split("\0")
    .filter((file) => file !== "" && !file.endsWith("/") && isWanted(file));
  const copied: string[] = [];
  const left: { file: string; reason: string }[] = [];
  for (const file of files) {
    options?.signal?.throwIfAborted();
    const reason = await copy(file, source, target);
    if (reason === undefined) copied.push(file);
    else left.push({ file, reason });
  }
  return { copied, left };
}

/** undefined: nothing can match. */
function matcherOf(
  patterns: readonly string[],
): ((file: string) => boolean) | undefined {
  const globs = patterns.flatMap((pattern) => {
    const trimmed = pattern.trim().replace(/\/+$/, "");
    if (trimmed === "") return [];
    const glob = trimmed.includes("/")
      ? trimmed.replace(/^(\.?\/)+/, "")
      : `**/${trimmed}`;
    return [glob, `${glob}/**`];
  });
  if (globs.length === 0) return undefined;
  // With "s" also a line break is any character.
  return picomatch(globs, { dot: true, nonegate: true, flags: "s" });
}

/** Why it was not copied. `source` and `target` are real paths. */
async function copy(
  file: string,
  source: string,
  target: string,
): Promise<string | undefined> {
  const original = path.join(source, file);
  const place = path.join(target, file);
  try {
    // Whoever has put a link into the way since git looked must not be followed.
    if (canonicalPath(path.dirname(original)) !== path.dirname(original))
      return notCopied.blocked;
    const found = await lstat(original);
    if (!found.isFile() && !found.isSymbolicLink()) return notCopied.special;
    if (found.isSymbolicLink()) {
      const link = await readlink(original);
      const staysInside =
        !path.isAbsolute(link) &&
        contains(source, canonicalPath(original)) &&
        contains(target, path.resolve(path.dirname(place), link));
      if (!staysInside) return notCopied.link;
      if (!(await makeFolders(file, source, target))) return notCopied.blocked;
      await symlink(link, place);
      return undefined;
    }
    if (!(await makeFolders(file, source, target))) return notCopied.blocked;
    await copyFile(original, place, constants.COPYFILE_EXCL);
    return undefined;
  } catch (error) {
    return errorCode(error) === "EEXIST" ? notCopied.exists : messageOf(error);
  }
}

/** The folders around the file, as private as they are at the source. false: something else stands in the way. */
async function makeFolders(
  file: string,
  source: string,
  target: string,
): Promise<boolean> {
  const parts = file.split("/").slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const folder = path.join(...parts.slice(0, depth));
    const place = path.join(target, folder);
    const found = await lstat(place).catch(() => undefined);
    if (found?.isDirectory()) continue;
    if (found) return false;
    await mkdir(place);
    const { mode } = await lstat(path.join(source, folder));
    await chmod(place, mode & 0o777);
  }
  return true;
}
