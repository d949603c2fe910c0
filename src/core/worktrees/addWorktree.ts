// Makes a worktree.
import { randomUUID } from "node:crypto";
import { messageOf, UserError } from "../errors";
import { canonicalPath } from "../system/paths";
import {
  branchNotMade,
  madeWithFailure,
  noSuchBase,
  noSuchBranch,
} from "../worktreeErrors";
import { allWorktrees } from "./allWorktrees";
import { checkBranchName, listRemotes } from "./branches";
import { git, type GitOptions } from "./git";
import { gitIfAny, gitOrThrow, patiently } from "./gitOrThrow";
import type { PullRequest } from "./pullRequests";
import { withoutPrompts } from "./withoutPrompts";
import { checkPlace } from "./worktreePlace";

export { suggestPath } from "./worktreePlace";

export type NewBranch =
  | { readonly kind: "existing"; readonly branch: string }
  /** Such as "origin/x": a local branch "x" is made that follows it. */
  | { readonly kind: "remote"; readonly branch: string }
  /** `base` is anything that names a commit. */
  | { readonly kind: "new"; readonly branch: string; readonly base: string }
  /** A new branch on the pull request's last commit. */
  | {
      readonly kind: "pullRequest";
      readonly pullRequest: PullRequest;
      readonly branch: string;
    };

export interface NewWorktree {
  /** Absolute; missing, or an empty folder. */
  readonly path: string;
  readonly from: NewBranch;
}

/** Where a UserError is thrown, neither worktree nor branch was made, unless it says otherwise. */
export async function addWorktree(
  directory: string,
  { path, from }: NewWorktree,
  options?: GitOptions,
): Promise<void> {
  await checkPlace(path);
  const quiet = patiently(await withoutPrompts(directory, options));
  switch (from.kind) {
    case "existing":
      await commitOf(directory, from.branch, "refs/heads/", quiet);
      return add(directory, path, ["--", path, from.branch], quiet);
    case "remote": {
      const prefix = "refs/remotes/";
      const commit = await commitOf(directory, from.branch, prefix, quiet);
      const remotes = await listRemotes(directory, quiet);
      const branch = localName(from.branch, remotes);
      const base = `${prefix}${from.branch}`;
      return addBranch(directory, { path, branch, base, commit }, quiet);
    }
    case "new": {
      const commit = await commitOf(directory, from.base, "", quiet);
      const { branch, base } = from;
      return addBranch(directory, { path, branch, base, commit }, quiet);
    }
    case "pullRequest": {
      const { branch, pullRequest } = from;
      await checkIsFree(directory, branch, quiet);
      return fetched(directory, pullRequest, quiet, (commit) =>
        addBranch(directory, { path, branch, base: commit, commit }, quiet),
      );
    }
  }
}

/** Runs `action` with the pull request's last commit, fetched under a name of its own: two at once must not mix. */
async function fetched(
  directory: string,
  { remote, ref }: PullRequest,
  options: GitOptions,
  action: (commit: string) => Promise<void>,
): Promise<void> {
  const own = `refs/berth/${randomUUID()}`;
  try {
    await gitOrThrow(
      directory,
      ["fetch", "--no-tags", "--quiet", "--", remote, `+${ref}:${own}`],
      options,
    );
    await action(await commitOf(directory, own, "", options));
  } finally {
    await git(directory, ["update-ref", "-d", own], withoutSignal(options));
  }
}

interface BranchToMake {
  readonly path: string;
  readonly branch: string;
  readonly base: string;
  /** What `base` names. */
  readonly commit: string;
}

async function addBranch(
  directory: string,
  { path, branch, base, commit }: BranchToMake,
  options: GitOptions,
): Promise<void> {
  await checkIsFree(directory, branch, options);
  const tracking = base.startsWith("refs/remotes/") ? "--track" : "--no-track";
  const args = [tracking, "-b", branch, "--", path, base];
  // git makes the branch first, and leaves it if the worktree fails.
  await add(directory, path, args, options, async (error) => {
    if (/already exists/.test(messageOf(error))) return;
    const calm = withoutSignal(options);
    const now = await refCommit(directory, `refs/heads/${branch}`, calm);
    if (now === commit)
      await git(directory, ["branch", "-D", "--", branch], calm);
  });
}

async function add(
  directory: string,
  path: string,
  args: readonly string[],
  options: GitOptions,
  undo?: (error: UserError) => Promise<void>,
): Promise<void> {
  try {
    const command = ["worktree", "add", "--quiet", ...args];
    await gitOrThrow(directory, command, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const isMade = await isWorktree(directory, path, withoutSignal(options));
    if (isMade === true) throw madeWithFailure(path, error);
    if (isMade === false) await undo?.(error);
    throw error;
  }
}

/** What is put right after a failure is put right also where that was the user's "stop". */
function withoutSignal({ environment, timeout }: GitOptions): GitOptions {
  return {
    ...(environment && { environment }),
    ...(timeout !== undefined && { timeout }),
  };
}

async function checkIsFree(
  directory: string,
  branch: string,
  options: GitOptions,
): Promise<void> {
  const problem = await checkBranchName(directory, branch, options);
  if (problem !== null) throw branchNotMade(problem);
}

/** Throws a UserError if there is no such branch, or nothing of that name where `prefix` is "". */
async function commitOf(
  directory: string,
  name: string,
  prefix: "refs/heads/" | "refs/remotes/" | "",
  options: GitOptions,
): Promise<string> {
  // git would take a "-" at the start for an option.
  const isOption = name.startsWith("-");
  const commit = isOption
    ? undefined
    : await refCommit(directory, `${prefix}${name}`, options);
  if (commit !== undefined) return commit;
  throw prefix === "" ? noSuchBase(name) : noSuchBranch(name);
}

async function refCommit(
  directory: string,
  name: string,
  options: GitOptions,
): Promise<string | undefined> {
  const args = ["rev-parse", "--verify", "--quiet", `${name}^{commit}`];
  return (await gitIfAny(directory, args, options))?.trim();
}

/** undefined: git does not say. */
async function isWorktree(
  directory: string,
  path: string,
  options: GitOptions,
): Promise<boolean | undefined> {
  const wanted = canonicalPath(path);
  const entries = await allWorktrees(directory, options).catch(() => undefined);
  return entries?.some((entry) => entry.exists && entry.path === wanted);
}

/** Without the remote's name, which may itself hold slashes. */
export function localName(branch: string, remotes: readonly string[]): string {
  const [remote] = remotes
    .filter((name) => branch.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length);
  return branch.slice((remote ?? branch.split("/", 1)[0] ?? "").length + 1);
}
