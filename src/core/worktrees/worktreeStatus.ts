// What `git status` and git's index say of the files of a worktree.
import { lstat } from "node:fs/promises";
import path from "node:path";
import { errorCode } from "../errors";
import { gitNotUnderstood } from "../worktreeErrors";
import type { GitOptions } from "./git";
import { gitOrThrow } from "./gitOrThrow";

/** Paths in the worktree, with "/". A repository inside, and an ignored folder, end with "/". */
export interface WorktreeStatus {
  /** null on a branch without a commit. */
  readonly commit: string | null;
  /** null where HEAD is detached. */
  readonly branch: string | null;
  readonly changed: readonly string[];
  /** With changes inside; a submodule that has another commit is also changed. */
  readonly submodules: readonly string[];
  readonly untracked: readonly string[];
  readonly ignored: readonly string[];
}

/** `top` is the top level of the worktree. */
export async function readStatus(
  top: string,
  options?: GitOptions,
): Promise<WorktreeStatus> {
  const stdout = await gitOrThrow(
    top,
    [
      "status",
      "--porcelain=v2",
      "--branch",
      "-z",
      "--no-renames",
      "--untracked-files=all",
      "--ignored=matching",
      "--ignore-submodules=none",
    ],
    options,
  );
  const headers = new Map<string, string>();
  const files = {
    changed: [] as string[],
    submodules: [] as string[],
    untracked: [] as string[],
    ignored: [] as string[],
  };
  for (const line of stdout.split("\0").filter((each) => each !== "")) {
    const kind = line.slice(0, 2);
    const [, name = "", value = ""] = /^# (\S+) (.*)$/.exec(line) ?? [];
    if (kind === "# ") headers.set(name, value);
    else if (kind === "? ") files.untracked.push(line.slice(2));
    else if (kind === "! ") files.ignored.push(line.slice(2));
    else {
      const { file, isChanged, isSubmodule } = parseChange(line, top);
      if (isChanged) files.changed.push(file);
      if (isSubmodule) files.submodules.push(file);
    }
  }
  const commit = headers.get("branch.oid");
  const branch = headers.get("branch.head");
  if (commit === undefined || branch === undefined) throw gitNotUnderstood(top);
  return {
    commit: commit === "(initial)" ? null : commit,
    branch: branch === "(detached)" ? null : branch,
    ...files,
  };
}

/** `1 XY sub mH mI mW hH hI path`, or `u XY sub m1 m2 m3 mW h1 h2 h3 path`. */
function parseChange(
  line: string,
  top: string,
): { file: string; isChanged: boolean; isSubmodule: boolean } {
  const pattern = line.startsWith("u ")
    ? /^u (\S\S) (\S{4}) (?:\S+ ){7}([^]+)$/
    : /^1 (\S\S) (\S{4}) (?:\S+ ){5}([^]+)$/;
  const [, state, submodule, file] = pattern.exec(line) ?? [];
  if (state === undefined || submodule === undefined || file === undefined)
    throw gitNotUnderstood(top);
  const isSubmodule = submodule.startsWith("S");
  // Only its content differs, not the commit that is recorded of it.
  const isInside = isSubmodule && state === ".M" && submodule[1] !== "C";
  return { file, isChanged: !isInside, isSubmodule };
}

export interface IndexEntry {
  readonly file: string;
  readonly isSubmodule: boolean;
  readonly hash: string;
  /** git was told to take it for unchanged (skip-worktree, assume-unchanged), so its status does not name it. */
  readonly isHidden: boolean;
}

export async function readIndex(
  top: string,
  options?: GitOptions,
): Promise<readonly IndexEntry[]> {
  const stdout = await gitOrThrow(
    top,
    ["ls-files", "-v", "--stage", "-z"],
    options,
  );
  return stdout
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const [, tag, mode, hash, file] =
        /^(\S) (\d+) ([0-9a-f]+) \d\t([^]+)$/.exec(line) ?? [];
      if (tag === undefined || hash === undefined || file === undefined)
        throw gitNotUnderstood(top);
      return {
        file,
        isSubmodule: mode === "160000",
        hash,
        isHidden: tag === "S" || /[a-z]/.test(tag),
      };
    });
}

/** Files in one command line. */
const CHUNK = 200;

/** Of the hidden files of the index, those that are not as git has them. */
export async function hiddenChanges(
  top: string,
  index: readonly IndexEntry[],
  options?: GitOptions,
): Promise<string[]> {
  const present: IndexEntry[] = [];
  for (const entry of index)
    // A sparse checkout hides what is not there. A link is a text of a few bytes, and no work of anybody's.
    if (entry.isHidden && !entry.isSubmodule)
      if (await isFile(path.join(top, entry.file))) present.push(entry);
  const changed: string[] = [];
  for (let at = 0; at < present.length; at += CHUNK) {
    const some = present.slice(at, at + CHUNK);
    const stdout = await gitOrThrow(
      top,
      ["hash-object", "--", ...some.map(({ file }) => file)],
      options,
    );
    const hashes = stdout.split("\n");
    changed.push(
      ...some
        .filter(({ hash }, each) => hashes[each] !== hash)
        .map(({ file }) => file),
    );
  }
  return changed;
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isFile();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return false;
    throw error;
  }
}
