// Texts: what the editor asks and says while it makes, removes and mends worktrees.

export const notWhileRestricted =
  "This workspace is in Restricted Mode. Making or removing a worktree runs programs that its repository names, such as hooks, so it has to be trusted first.";

export function branchIsCheckedOut(branch: string, worktree: string): string {
  return `${branch} is checked out in ${worktree}, and git lets one worktree have it.`;
}

export const noPullRequests =
  "No remote of this repository names a pull request or merge request.";

/** Each reason is a sentence. */
export function remotesAreSilent(
  remotes: readonly { readonly remote: string; readonly reason: string }[],
): string {
  return remotes
    .map(({ remote, reason }) => `${remote} did not answer: ${reason}`)
    .join(" ");
}

export const pathMustBeAbsolute = "Give the whole path of a folder.";

export function makingWorktree(path: string): string {
  return `Making the worktree ${path}`;
}

export function filesWereLeft(count: number, first: string): string {
  return count === 1
    ? `A file was not copied to the new worktree: ${first}.`
    : `${count} files were not copied to the new worktree, such as ${first}. The log has all of them.`;
}

export function fileWasLeft(file: string, reason: string): string {
  return `${file} (${reason})`;
}

export function maySetupRun(isPullRequest: boolean): string {
  return isPullRequest
    ? "Run the set-up commands in a worktree of this pull request? They may run what its author has written."
    : "Run these set-up commands in the new worktree?";
}

export function setupSource(isOfWorkspace: boolean): string {
  return isOfWorkspace
    ? "They come from the settings of this workspace."
    : "They come from your settings.";
}

export const setupIsRemembered =
  "They run as you, without a sandbox. You are asked again when they change.";

export const setupIsNotRemembered = "They run as you, without a sandbox.";

export function settingUp(name: string): string {
  return `Setting up ${name}; cancel to go on at once, while it runs on`;
}

/** `code` is undefined where the command was cut off. */
export function setupFailed(
  name: string,
  line: string,
  code: number | undefined,
): string {
  const how =
    code === undefined ? "was cut off" : `ended with exit code ${code}`;
  return `The set-up of ${name} stopped: ${line} ${how}. The worktree is there.`;
}

/** `window` is what the other window has open. */
export function isOpenElsewhere(name: string, window: string): string {
  return `${name} is open in the window of ${window}. Close it there first, or remove it from that window.`;
}

export function isLocked(name: string, reason: string): string {
  return reason === ""
    ? `${name} is locked, without a reason.`
    : `${name} is locked: ${reason}`;
}

export function mayRemove(name: string): string {
  return `Remove the worktree ${name}?`;
}

export function mayLose(name: string): string {
  return `Remove ${name}, and lose what only it has?`;
}

export function removing(name: string): string {
  return `Removing ${name}`;
}

export function wasRemoved(name: string, branch: string): string {
  return `${name} is removed. Its branch ${branch} is still there.`;
}

export function branchIsNotMerged(branch: string): string {
  return `The branch ${branch} has commits that are not merged. Delete it all the same?`;
}

export const notMergedDetail =
  "They are lost, but for what git's reflog keeps for a while.";

export const nothingToPrune =
  "Every worktree that git knows is there; nothing is to be pruned.";

export function mayPrune(count: number): string {
  return count === 1
    ? "Make git forget this worktree?"
    : `Make git forget these ${count} worktrees?`;
}

export const pruneDetail =
  "Their folders are gone; no file of yours is touched. Do not prune one that is only on a drive that is away, or was moved: Berth: Repair Worktrees... finds that again.";

export const pruned = "git has forgotten them.";

export function whereIsNow(path: string): string {
  return `Where is ${path} now?`;
}

export const nothingRepaired = "git has found nothing to repair.";

export function repaired(lines: readonly string[]): string {
  return `git has repaired: ${lines.join("; ")}`;
}
