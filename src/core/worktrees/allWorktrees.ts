// All worktrees that git has on record, also those that are missing.
import { existsSync } from "node:fs";
import path from "node:path";
import { canonicalPath, contains, realDirectory } from "../system/paths";
import {
  gitNotUnderstood,
  notAWorktree,
  worktreesInside,
} from "../worktreeErrors";
import { git, type GitOptions } from "./git";
import { stdoutOf } from "./gitOrThrow";
import { detectWorktree } from "./worktree";
import { askForWorktrees, branchOf, parseEntries } from "./worktreeList";

export interface WorktreeEntry {
  /** As git lists it; the real path if it exists. */
  readonly path: string;
  /** Its folder does, or the disk could not say. */
  readonly exists: boolean;
  /** Its short name; null where HEAD is detached, or the repository is bare. */
  readonly branch: string | null;
  /** The commit; null in a bare repository, and on a branch without a commit. */
  readonly head: string | null;
  /** The one that the repository was made with; a bare repository counts as one. */
  readonly isMain: boolean;
  readonly isBare: boolean;
  /** "": locked without a reason; null: not locked. */
  readonly lockReason: string | null;
  /** Why `git worktree prune` would forget it; null: it would not. */
  readonly prunableReason: string | null;
}

/** The main one is the first. Throws a UserError where git refuses or does not answer. */
export async function allWorktrees(
  directory: string,
  options?: GitOptions,
): Promise<readonly WorktreeEntry[]> {
  const { answer, end } = await askForWorktrees(directory, options);
  const listed = parseEntries(stdoutOf(answer, directory, options), end);
  if (listed.length === 0) throw gitNotUnderstood(directory);
  return Promise.all(
    listed.map(async (values, index): Promise<WorktreeEntry> => {
      const name = values.get("worktree") ?? "";
      const isMain = index === 0;
      const isBare = values.has("bare");
      // A drive that is away for a moment is no reason to call it missing.
      const real = await realDirectory(name).catch(() => name);
      const isFolder = isMain && !isBare && real !== undefined;
      return {
        path: isFolder
          ? await mainPath(real, directory, options)
          : (real ?? name),
        exists: real !== undefined,
        branch: isBare ? null : (branchOf(values) ?? null),
        head: commitOf(values.get("HEAD")),
        isMain,
        isBare,
        lockReason: values.get("locked") ?? null,
        prunableReason: values.get("prunable") ?? null,
      };
    }),
  );
}

export async function mainWorktree(
  directory: string,
  options?: GitOptions,
): Promise<WorktreeEntry> {
  const [main] = await allWorktrees(directory, options);
  if (!main) throw gitNotUnderstood(directory);
  return main;
}

/** The entry of one worktree among those of its repository. Throws a UserError if there is none. */
export async function findWorktree(
  directory: string,
  worktree: string,
  options?: GitOptions,
): Promise<{
  readonly entry: WorktreeEntry;
  readonly others: readonly WorktreeEntry[];
}> {
  const entries = await allWorktrees(directory, options);
  const wanted = canonicalPath(worktree);
  const entry = entries.find((each) => canonicalPath(each.path) === wanted);
  if (!entry) throw notAWorktree(worktree);
  return { entry, others: entries.filter((each) => each !== entry) };
}

/** Throws a UserError if other worktrees would go, or break, with this one. */
export function checkNobodyInside(
  entry: WorktreeEntry,
  others: readonly WorktreeEntry[],
): void {
  const top = canonicalPath(entry.path);
  const inner = others
    .filter((other) => other.exists && contains(top, other.path))
    .map((other) => other.path);
  if (inner.length > 0) throw worktreesInside(entry.path, inner);
}

/**
 * Where the git directory lies elsewhere (a submodule's, for example), git lists that in the place of the main worktree.
 * `listed` is a real path.
 */
async function mainPath(
  listed: string,
  directory: string,
  options?: GitOptions,
): Promise<string> {
  if (existsSync(path.join(listed, ".git"))) return listed;
  const configured = await git(
    listed,
    ["rev-parse", "--show-toplevel"],
    options,
  );
  if (configured.kind === "ok")
    return canonicalPath(configured.stdout.replace(/\n$/, ""));
  const here = await detectWorktree(directory, options);
  if (here.kind !== "found") return listed;
  const { path: top, git: facts } = here.worktree;
  return facts?.gitDir === listed ? top : listed;
}

/** On a branch without a commit git writes zeros. */
function commitOf(head: string | undefined): string | null {
  return head === undefined || /^0+$/.test(head) ? null : head;
}
