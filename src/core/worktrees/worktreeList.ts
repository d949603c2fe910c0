// The worktrees of a repository, as git lists them and as the disk confirms.
import { realDirectory } from "../system/paths";
import { git, type GitOptions, type GitResult } from "./git";
import { isWorktreeOf } from "./gitLinks";

export interface ListedWorktree {
  /** Real path. */
  readonly path: string;
  readonly branch: string | null;
  /** git does not prune, move or remove it. */
  readonly isLocked?: true;
}

export interface WorktreeList {
  /** The existing ones, in git's order. */
  readonly worktrees: readonly ListedWorktree[];
  /** Paths of entries that were none when they were looked at. */
  readonly others: readonly string[];
}

/** undefined if git refused or did not answer. Both are real paths; git runs in `directory`. */
export async function listWorktrees(
  directory: string,
  gitCommonDir: string,
  options?: GitOptions,
): Promise<WorktreeList | undefined> {
  const { answer, end } = await askForWorktrees(directory, options);
  if (answer.kind !== "ok") return undefined;
  const entries = parseWorktreeList(answer.stdout, end);
  const paths = await Promise.all(
    entries.map((entry) => worktreeAt(entry.path, gitCommonDir)),
  );
  return {
    worktrees: entries.flatMap((entry, index) => {
      const real = paths[index];
      return real === undefined ? [] : [{ ...entry, path: real }];
    }),
    others: entries
      .filter((_, index) => paths[index] === undefined)
      .map((entry) => entry.path),
  };
}

/** `git worktree list --porcelain`; `end` terminates each line of the answer. */
export async function askForWorktrees(
  directory: string,
  options?: GitOptions,
): Promise<{ readonly answer: GitResult; readonly end: string }> {
  const list = ["worktree", "list", "--porcelain"] as const;
  // Without -z a newline in a path forges an entry. Git before 2.36 does not support it.
  const answer = await git(directory, [...list, "-z"], options);
  return answer.kind === "failed"
    ? { answer: await git(directory, list, options), end: "\n" }
    : { answer, end: "\0" };
}

/**
 * The real path of a worktree of the repository; undefined if there is none. An entry of git's list counts only if the
 * folder's own `.git` leads back to it: git lists a prunable one, the git directory of a submodule and a bare repository as well.
 */
export async function worktreeAt(
  folder: string,
  gitCommonDir: string,
): Promise<string | undefined> {
  const real = await realDirectory(folder).catch(() => undefined);
  return real !== undefined && (await isWorktreeOf(real, gitCommonDir))
    ? real
    : undefined;
}

/** Parses `git worktree list --porcelain`; `end` terminates each line. */
export function parseWorktreeList(
  stdout: string,
  end: string,
): ListedWorktree[] {
  return parseEntries(stdout, end)
    .filter((values) => !values.has("bare"))
    .map((values) => ({
      path: values.get("worktree") ?? "",
      branch: branchOf(values) ?? values.get("HEAD")?.slice(0, 7) ?? null,
      ...(values.has("locked") && { isLocked: true }),
    }));
}

/** As git names them: "worktree", "HEAD", "branch", "bare", "detached", "locked", "prunable". */
export type EntryValues = ReadonlyMap<string, string>;

/** One for each worktree; see parseWorktreeList. */
export function parseEntries(stdout: string, end: string): EntryValues[] {
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
    .filter((values) => values.has("worktree"));
}

/** Its short name; undefined where HEAD is detached. */
export function branchOf(values: EntryValues): string | undefined {
  return values.get("branch")?.replace(/^refs\/heads\//, "");
}
