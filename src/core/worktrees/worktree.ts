// Finds the worktree a folder lies in, by real path and as git reports it; a plain folder where there is no git.
import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { gitDistrusts, gitNotFound } from "../messages";
import { git, type GitResult } from "./git";

export interface Worktree {
  /** Real path of the top level, or of the plain folder. */
  readonly path: string;
  /** null for a plain folder. */
  readonly git: GitFacts | null;
  /** A sentence for the user if git is missing or refused to answer; else null. */
  readonly warning: string | null;
}

export interface GitFacts {
  /** Name of the repository's main working tree or bare directory. */
  readonly repository: string;
  /** Branch name, even if unborn; the first 7 characters of the commit if HEAD is detached. */
  readonly branch: string;
  /** Holds this worktree's HEAD; absolute. */
  readonly gitDir: string;
  /** Shared by all worktrees of the repository; absolute. */
  readonly gitCommonDir: string;
}

/** git could not be run. `guess` may be wrong; an earlier result is better. */
export class GitUnavailable extends Error {
  constructor(readonly guess: Worktree) {
    super(`git did not answer in ${guess.path}`);
  }
}

/** undefined if the folder does not exist or is not a directory. Throws GitUnavailable. */
export async function detectWorktree(
  folder: string,
  signal?: AbortSignal,
): Promise<Worktree | undefined> {
  const real = await realDirectory(folder);
  if (real === undefined) return undefined;
  const plain = (warning: string | null): Worktree => ({
    path: real,
    git: null,
    warning,
  });
  const facts = await revParse(real, signal);
  switch (facts.kind) {
    case "noAnswer":
      throw new GitUnavailable(plain(null));
    case "noGit":
      return plain(gitNotFound);
    case "failed":
      return plain(
        facts.stderr.includes("dubious ownership") ? gitDistrusts(real) : null,
      );
    case "ok": {
      const [top, gitDir, gitCommonDir] = await Promise.all(
        facts.paths.map((each) => realDirectory(path.resolve(real, each))),
      );
      if (!top || !gitDir || !gitCommonDir) return plain(null);
      return {
        path: top,
        git: {
          repository: repositoryName(gitCommonDir, top),
          branch: await readBranch(top, gitDir, signal),
          gitDir,
          gitCommonDir,
        },
        warning: null,
      };
    }
  }
}

export interface ListedWorktree {
  /** Real path where it exists. */
  readonly path: string;
  readonly branch: string | null;
}

/**
 * The repository's existing working trees in git's order, without bare repositories; undefined if git could not be run.
 */
export async function listWorktrees(
  worktree: Worktree,
  signal?: AbortSignal,
): Promise<ListedWorktree[] | undefined> {
  if (worktree.git === null) return [];
  const list = ["worktree", "list", "--porcelain"] as const;
  // Without -z a newline in a path forges an entry. Git before 2.36 does not support it.
  let end = "\0";
  let answer = await git(worktree.path, [...list, "-z"], signal);
  if (answer.kind === "failed") {
    end = "\n";
    answer = await git(worktree.path, list, signal);
  }
  if (answer.kind === "noAnswer") return undefined;
  if (answer.kind !== "ok") return [];
  const listed = await Promise.all(
    parseWorktreeList(answer.stdout, end).map(async (entry) => ({
      ...entry,
      path: await realDirectory(entry.path),
    })),
  );
  return listed.flatMap(({ path: real, branch }) =>
    real === undefined ? [] : [{ path: real, branch }],
  );
}

/** Parses `git worktree list --porcelain`; `end` terminates each line. */
export function parseWorktreeList(
  stdout: string,
  end: string,
): ListedWorktree[] {
  return stdout
    .split(end + end)
    .map((block) => {
      const values = new Map<string, string>();
      for (const line of block.split(end).filter((part) => part !== "")) {
        const space = line.indexOf(" ");
        if (space < 0) values.set(line, "");
        else values.set(line.slice(0, space), line.slice(space + 1));
      }
      return values;
    })
    .filter((values) => values.has("worktree") && !values.has("bare"))
    .map((values) => ({
      path: values.get("worktree") ?? "",
      branch:
        values.get("branch")?.replace(/^refs\/heads\//, "") ??
        values.get("HEAD")?.slice(0, 7) ??
        null,
    }));
}

/** Whether `file` is `directory` or lies under it; both are real absolute paths. */
export function contains(directory: string, file: string): boolean {
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

type RevParse =
  /** Top level, git directory and common directory; absolute, or relative to where git ran. */
  | { readonly kind: "ok"; readonly paths: readonly string[] }
  | Exclude<GitResult, { kind: "ok" }>;

const REV_PARSE_FLAGS = [
  "--show-toplevel",
  "--git-dir",
  "--git-common-dir",
] as const;

async function revParse(
  directory: string,
  signal?: AbortSignal,
): Promise<RevParse> {
  const answer = await git(
    directory,
    ["rev-parse", ...REV_PARSE_FLAGS],
    signal,
  );
  if (answer.kind !== "ok") return answer;
  const paths = answer.stdout.replace(/\n$/, "").split("\n");
  if (paths.length === REV_PARSE_FLAGS.length) return { kind: "ok", paths };
  // A newline in a path makes the lines ambiguous: query one by one, where only the last newline is git's.
  const found: string[] = [];
  for (const flag of REV_PARSE_FLAGS) {
    const single = await git(directory, ["rev-parse", flag], signal);
    if (single.kind !== "ok") return single;
    found.push(single.stdout.replace(/\n$/, ""));
  }
  return { kind: "ok", paths: found };
}

function repositoryName(gitCommonDir: string, topLevel: string): string {
  const base = path.basename(gitCommonDir);
  // A submodule's repository lies in its superproject's .git/modules.
  if (/[\\/]\.git[\\/]modules[\\/]/.test(gitCommonDir))
    return path.basename(topLevel);
  if (base.startsWith(".")) return path.basename(path.dirname(gitCommonDir));
  return base.replace(/\.git$/, "");
}

/** Reads the HEAD file, which costs no process; runs git only if the ref store keeps it elsewhere (reftable). */
async function readBranch(
  topLevel: string,
  gitDir: string,
  signal?: AbortSignal,
): Promise<string> {
  const head = (
    await readFile(path.join(gitDir, "HEAD"), "utf8").catch(() => "")
  ).trim();
  const ref = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
  if (ref !== undefined && ref !== ".invalid") return ref;
  if (/^[0-9a-f]{40,64}$/.test(head)) return head.slice(0, 7);
  const symbolic = await git(
    topLevel,
    ["symbolic-ref", "--short", "--quiet", "HEAD"],
    signal,
  );
  if (symbolic.kind === "ok") return symbolic.stdout.trim();
  const commit = await git(
    topLevel,
    ["rev-parse", "--short=7", "HEAD"],
    signal,
  );
  return commit.kind === "ok" ? commit.stdout.trim() : "HEAD";
}

async function realDirectory(folder: string): Promise<string | undefined> {
  try {
    const real = await realpath(folder);
    return (await stat(real)).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}
