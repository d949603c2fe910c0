// Locks, prunes, repairs and moves worktrees. All of it throws a UserError where git refuses or does not answer.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { exists } from "../system/exists";
import { mainStays, pathIsInUse, worktreeIsLocked } from "../worktreeErrors";
import { allWorktrees, checkNobodyInside, findWorktree } from "./allWorktrees";
import { git, type GitOptions } from "./git";
import { gitOrThrow, patiently, stdoutOf } from "./gitOrThrow";

export interface PrunableWorktree {
  readonly path: string;
  /** git's own words. */
  readonly reason: string;
}

/** Keeps git from pruning, moving and removing it. */
export async function lockWorktree(
  directory: string,
  worktree: string,
  reason: string | undefined,
  options?: GitOptions,
): Promise<void> {
  const { entry } = await findWorktree(directory, worktree, options);
  const flags = reason === undefined ? [] : [`--reason=${reason}`];
  await gitOrThrow(
    directory,
    ["worktree", "lock", ...flags, "--", entry.path],
    options,
  );
}

export async function unlockWorktree(
  directory: string,
  worktree: string,
  options?: GitOptions,
): Promise<void> {
  const { entry } = await findWorktree(directory, worktree, options);
  await gitOrThrow(
    directory,
    ["worktree", "unlock", "--", entry.path],
    options,
  );
}

/** What pruneWorktrees would forget. */
export async function prunableWorktrees(
  directory: string,
  options?: GitOptions,
): Promise<readonly PrunableWorktree[]> {
  const entries = await allWorktrees(directory, options);
  return entries.flatMap(({ path, prunableReason, lockReason }) =>
    prunableReason === null || lockReason !== null
      ? []
      : { path, reason: prunableReason },
  );
}

/** Forgets the worktrees whose folders are gone. No file of a user's is touched. */
export async function pruneWorktrees(
  directory: string,
  options?: GitOptions,
): Promise<void> {
  await gitOrThrow(directory, ["worktree", "prune"], options);
}

/** Tells git where worktrees are that were moved by other means. What git says it has repaired, a line each. */
export async function repairWorktrees(
  directory: string,
  paths: readonly string[],
  options?: GitOptions,
): Promise<readonly string[]> {
  const args = ["worktree", "repair", "--", ...paths];
  const answer = await git(directory, args, options);
  const stdout = stdoutOf(answer, directory, options);
  // It depends on git's version where it says so.
  const stderr = answer.kind === "ok" ? answer.stderr : "";
  return `${stdout}${stderr}`
    .split(/\n(?=repair: )/)
    .map((line) => line.replace(/^repair: /, "").replace(/\n$/, ""))
    .filter((line) => line !== "");
}

/** Moves a worktree's folder to a place where nothing is. */
export async function moveWorktree(
  main: string,
  worktree: string,
  to: string,
  options?: GitOptions,
): Promise<void> {
  const { entry, others } = await findWorktree(main, worktree, options);
  if (entry.isMain) throw mainStays(entry.path);
  if (entry.lockReason !== null)
    throw worktreeIsLocked(entry.path, entry.lockReason);
  checkNobodyInside(entry, others);
  // git would move it into a folder that is there already, and makes none around it.
  if (await exists(to)) throw pathIsInUse(to);
  await mkdir(path.dirname(to), { recursive: true });
  await gitOrThrow(
    main,
    ["worktree", "move", "--", entry.path, to],
    patiently(options),
  );
}
