// The worktrees of a repository, as git lists them and as the disk confirms.
import { realDirectory } from "../system/paths";
import { git, type GitOptions } from "./git";
import { isWorktreeOf } from "./gitLinks";

export interface ListedWorktree {
  /** Real path. */
  readonly path: string;
  readonly branch: string | null;
}

/**
 * The repository's existing worktrees in git's order; undefined if git refused or did not answer. An entry counts only if
 * the folder's own `.git` leads back to it: a prunable one, the git directory of a submodule and a bare repository are
 * listed by git as well. Both are real paths; git runs in `directory`.
 */
export async function listWorktrees(
  directory: string,
  gitCommonDir: string,
  options?: GitOptions,
): Promise<ListedWorktree[] | undefined> {
  const list = ["worktree", "list", "--porcelain"] as const;
  // Without -z a newline in a path forges an entry. Git before 2.36 does not support it.
  let end = "\0";
  let answer = await git(directory, [...list, "-z"], options);
  if (answer.kind === "failed") {
    end = "\n";
    answer = await git(directory, list, options);
  }
  if (answer.kind !== "ok") return undefined;
  const listed = await Promise.all(
    parseWorktreeList(answer.stdout, end).map(async (entry) => {
      const real = await realDirectory(entry.path).catch(() => undefined);
      return real !== undefined && (await isWorktreeOf(real, gitCommonDir))
        ? [{ ...entry, path: real }]
        : [];
    }),
  );
  return listed.flat();
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
