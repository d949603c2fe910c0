// Failures: what the editor's commands about worktrees cannot do.
import { messageOf, UserError } from "./errors";

export function noRepository(): UserError {
  return new UserError(
    "This window has no git repository open. Open a folder of one first.",
  );
}

/** `error` came after the worktree was made. */
export function madeButNotReady(path: string, error: unknown): UserError {
  return new UserError(
    `The worktree ${path} is made and stays. What was to follow failed: ${messageOf(error)}`,
    { cause: error },
  );
}

/** `reason` is a sentence. */
export function branchMadeAlone(branch: string, reason: string): UserError {
  return new UserError(
    `No worktree was made: ${reason} Its branch ${branch} was, and stays.`,
  );
}

export function stillRuns(name: string): UserError {
  return new UserError(
    `${name} still runs in its window, so its worktree was not removed. Close that window, or try again.`,
  );
}

export function changedMeanwhile(name: string): UserError {
  return new UserError(
    `${name} has changed since you were asked, so nothing was removed. Look at it again.`,
  );
}

export function pruneChanged(): UserError {
  return new UserError(
    "Other worktrees would be pruned by now, so nothing was done. Look again.",
  );
}

export function noWorktreeToChoose(what: string): UserError {
  return new UserError(`No worktree of this machine can be ${what}.`);
}
