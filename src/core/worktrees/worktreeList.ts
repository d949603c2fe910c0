// The worktrees of a repository, as git lists them and as the disk confirms.
import { realDirectory } from "../system/paths";
import { git, type GitOptions } from "./git";
import { isWorktreeOf } from "./gitLinks";

export interface ListedWorktree {
  /** Real path. */
  readonly path: string;
  readonly branch: string | null;
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
  const list = ["worktree", "list", "--porcelain"] as const;
  // Without -z a newline in a path forges an entry. Git before 2.36 does not support it.
  let end = "\0";
  let answer = await git(directory, [...list, "-z"], options);
  if (answer.kind === "failed") {
    end = "\n";
    answer = await git(directory, list, options);
  }
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
