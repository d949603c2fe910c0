// Removes a worktree, and a branch.
import { mainStays, worktreeIsLocked } from "../worktreeErrors";
import { checkNobodyInside, findWorktree } from "./allWorktrees";
import type { GitOptions } from "./git";
import { gitOrThrow, patiently } from "./gitOrThrow";
import { lockWorktree, unlockWorktree } from "./maintainWorktrees";

export interface RemoveOptions {
  /** Also with changes and untracked files. Ignored ones git removes in any case. */
  readonly force: boolean;
  /** Also if it is locked. */
  readonly unlock?: boolean;
}

/**
 * Removes a worktree's folder and git's record of it; the branch stays. Throws a UserError where git refuses or does not
 * answer, for the main worktree, a locked one, and one that others lie in. git runs in `main`, so that a shell that
 * stands in the worktree is not in the way.
 */
export async function removeWorktree(
  main: string,
  worktree: string,
  { force, unlock = false }: RemoveOptions,
  options?: GitOptions,
): Promise<void> {
  const { entry, others } = await findWorktree(main, worktree, options);
  if (entry.isMain) throw mainStays(entry.path);
  checkNobodyInside(entry, others);
  const { lockReason } = entry;
  if (lockReason !== null) {
    if (!unlock) throw worktreeIsLocked(entry.path, lockReason);
    await unlockWorktree(main, entry.path, options);
  }
  const flags = force ? ["--force"] : [];
  try {
    await gitOrThrow(
      main,
      ["worktree", "remove", ...flags, "--", entry.path],
      patiently(options),
    );
  } catch (error) {
    if (lockReason !== null)
      // If it is gone after all, there is nothing to lock. What is told is why it was not removed.
      await lockWorktree(main, entry.path, lockReason || undefined, {
        ...(options?.environment && { environment: options.environment }),
      }).catch(() => undefined);
    throw error;
  }
}

/** Deletes a local branch; without force only if its commits are elsewhere. Throws a UserError where git refuses. */
export async function deleteBranch(
  main: string,
  branch: string,
  { force }: { readonly force: boolean },
  options?: GitOptions,
): Promise<void> {
  const flag = force ? "-D" : "-d";
  await gitOrThrow(main, ["branch", flag, "--", branch], options);
}
