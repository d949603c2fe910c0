// Failures: making, removing and mending worktrees. As in errors.ts, one plain sentence each.
import { UserError } from "./errors";
import { gitDistrusts } from "./messages/git";

export function gitMissing(): UserError {
  return new UserError(
    "git was not found on PATH. Install it, and start VS Code anew.",
  );
}

/** It was too slow, or the system could not run it. */
export function gitWasSilent(directory: string): UserError {
  return new UserError(
    `git did not answer for ${directory}, so it is not known whether this was done. Look, and try again.`,
  );
}

export function gitWasStopped(directory: string): UserError {
  return new UserError(`git was stopped before it was done in ${directory}.`);
}

/** `sentence` is git's own; "" if it said nothing. */
export function gitRefused(directory: string, sentence: string): UserError {
  return new UserError(
    sentence === ""
      ? `git failed in ${directory} and did not say why.`
      : `git says: ${sentence}`,
  );
}

export function gitRefusesTrust(directory: string): UserError {
  return new UserError(`${gitDistrusts(directory)}.`);
}

/** git's answer is not what its manual says. */
export function gitNotUnderstood(directory: string): UserError {
  return new UserError(
    `git's answer for ${directory} was not understood. Update git, and try again.`,
  );
}

export function notAWorktree(path: string): UserError {
  return new UserError(
    `git knows no worktree ${path}. It was removed or moved; open the list again.`,
  );
}

export function pathIsInUse(path: string): UserError {
  return new UserError(
    `${path} exists already. Choose another place for the worktree.`,
  );
}

export function pathIsGits(path: string): UserError {
  return new UserError(
    `${path} lies in a folder .git, where no worktree can be. Choose another place.`,
  );
}

export function noSuchVariable(name: string): UserError {
  return new UserError(
    `\${${name}} in the setting berth.worktreePlace is not known. Use \${repository}, \${repositoryParent}, \${branch} and \${home}.`,
  );
}

export function noSuchBranch(name: string): UserError {
  return new UserError(
    `There is no branch ${name} any more. Choose another one.`,
  );
}

/** `problem` is a sentence. */
export function branchNotMade(problem: string): UserError {
  return new UserError(problem);
}

export function noSuchBase(base: string): UserError {
  return new UserError(
    `There is no branch or commit ${JSON.stringify(base)} to start from. Choose another one.`,
  );
}

/** The worktree is there, and something of the user's own, like the hook post-checkout, has failed. */
export function madeWithFailure(path: string, cause: Error): UserError {
  return new UserError(
    `The worktree ${path} was made, but not without a failure: ${cause.message}`,
    { cause },
  );
}

export function mainStays(path: string): UserError {
  return new UserError(
    `${path} is the repository's main worktree, which cannot be removed or moved.`,
  );
}

export function worktreeIsLocked(path: string, reason: string): UserError {
  return new UserError(
    `${path} is locked${reason === "" ? "" : ` (${reason})`}. Unlock it first, if whoever locked it has no use for it any more.`,
  );
}

export function worktreesInside(
  path: string,
  inner: readonly string[],
): UserError {
  return new UserError(
    `Other worktrees lie in ${path}: ${inner.join(", ")}. Remove or move them first.`,
  );
}
