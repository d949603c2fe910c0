// Texts: what git and the disk say of worktrees.

export const gitNotFound =
  "git was not found on PATH. Install it to get one instance per worktree";

export function gitDistrusts(directory: string): string {
  return `git does not trust ${directory}, which belongs to another user. Run: git config --global --add safe.directory ${JSON.stringify(directory)}`;
}

/** A worktree without an instance, whose files belong to the one around it. */
export function worktreeWithin(inner: string, outer: string): string {
  return `${inner} (in ${outer})`;
}

export function cannotLookAt(folder: string, reason: string): string {
  return `${folder} cannot be looked at: ${reason}. Berth tries again.`;
}

export function gitDidNotAnswer(directory: string): string {
  return `git did not answer for ${directory} in time. Berth asks again.`;
}

/** The repository's setting core.worktree names another folder. */
export function gitCoreWorktree(folder: string, worktree: string): string {
  return `git says that the worktree of ${folder} is ${worktree}, which does not contain it (core.worktree). Berth serves the folder alone.`;
}

export function gitSays(directory: string, sentence: string): string {
  return `git says of ${directory}: ${sentence}`;
}

/** Events were lost, as on a network drive, or where the system has no more of them to give. */
export function noticedByLooking(file: string): string {
  return `No event told of a change to ${file}, so it was noticed by looking. Berth looks every few seconds.`;
}
