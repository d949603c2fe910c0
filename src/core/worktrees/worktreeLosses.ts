// What would be lost if a worktree were removed. What git does not answer is an error, never "nothing".
import path from "node:path";
import { exists } from "../system/exists";
import { canonicalPath, contains } from "../system/paths";
import { notAWorktree } from "../worktreeErrors";
import { allWorktrees } from "./allWorktrees";
import type { GitOptions } from "./git";
import { gitLine, gitOrThrow, patiently } from "./gitOrThrow";
import { isRepository, listIgnored } from "./ignoredFiles";
import {
  hiddenChanges,
  type IndexEntry,
  readIndex,
  readStatus,
  type WorktreeStatus,
} from "./worktreeStatus";

/** All paths are in the worktree, with "/". */
export interface WorktreeLosses {
  /** Tracked files with changes, also where git was told to take them for unchanged. */
  readonly uncommitted: readonly string[];
  readonly untracked: readonly string[];
  /** Ignored files, also inside ignored folders and submodules, but none of node_modules; at most 1,000. */
  readonly ignored: readonly string[];
  /** There are more ignored files. */
  readonly ignoredIsCut: boolean;
  /**
   * Commits that no remote has, the newest first; at most 1,000. On a branch they stay with it. Where HEAD is detached
   * or there is no remote, only those that no other branch has.
   */
  readonly unpushed: readonly {
    readonly commit: string;
    readonly subject: string;
  }[];
  /** What `git stash list` says of those made on this branch. They belong to the repository, so they stay. */
  readonly stashes: readonly string[];
  /** What git is in the middle of: "rebase", "merge", "cherry-pick", "revert", "bisect" or "am". */
  readonly operation: string | null;
  /** Submodules with changes, untracked files, or commits and stashes that no remote has. */
  readonly submodules: readonly string[];
  /** Other worktrees and repositories that lie inside. */
  readonly nested: readonly string[];
}

const MAX_COMMITS = 1_000;

/** Throws a UserError where git refuses or does not answer. `worktreePath` is its top level. */
export async function lossesOf(
  worktreePath: string,
  options?: GitOptions,
): Promise<WorktreeLosses> {
  const top = canonicalPath(worktreePath);
  const patient = patiently(options);
  // git would answer for the repository around a folder that has lost its `.git`.
  const found = await gitLine(top, ["rev-parse", "--show-toplevel"], patient);
  if (canonicalPath(found) !== top) throw notAWorktree(worktreePath);
  const [status, index] = await Promise.all([
    readStatus(top, patient),
    readIndex(top, patient),
  ]);
  const [hidden, ignored, unpushed, stashes, operation, inner, worktrees] =
    await Promise.all([
      hiddenChanges(top, index, patient),
      listIgnored(top, status.ignored),
      unpushedCommits(top, status, patient),
      stashesOf(top, status.branch, patient),
      operationIn(top, patient),
      lossesOfSubmodules(top, index, patient),
      allWorktrees(top, patient),
    ]);
  const isFolder = (each: string): boolean => each.endsWith("/");
  const nested = [
    ...worktrees
      .filter((each) => each.exists && each.path !== top)
      .filter((each) => contains(top, each.path))
      .map((each) => path.relative(top, each.path).split(path.sep).join("/")),
    ...[...status.untracked.filter(isFolder), ...ignored.repositories].map(
      (folder) => folder.replace(/\/$/, ""),
    ),
    ...inner.flatMap((each) => within(each.path, each.losses.nested)),
  ];
  return {
    uncommitted: unique([...status.changed, ...hidden]),
    untracked: status.untracked.filter((each) => !isFolder(each)),
    ignored: [
      ...ignored.files,
      ...inner.flatMap((each) => within(each.path, each.losses.ignored)),
    ],
    ignoredIsCut:
      ignored.isCut || inner.some((each) => each.losses.ignoredIsCut),
    unpushed,
    stashes,
    operation,
    submodules: unique([
      ...status.submodules,
      ...inner.filter(isLost).map((each) => each.path),
    ]),
    nested: unique(nested),
  };
}

/** Whether anything would be lost. Stashes would not: they are the repository's. */
export function hasLosses(losses: WorktreeLosses): boolean {
  const lists = [
    losses.uncommitted,
    losses.untracked,
    losses.ignored,
    losses.unpushed,
    losses.submodules,
    losses.nested,
  ];
  return losses.operation !== null || lists.some((list) => list.length > 0);
}

async function unpushedCommits(
  top: string,
  { commit, branch }: WorktreeStatus,
  options: GitOptions,
): Promise<WorktreeLosses["unpushed"]> {
  if (commit === null) return [];
  const remotes = await gitOrThrow(top, ["remote"], options);
  const elsewhere =
    branch === null
      ? ["--branches", "--tags", "--remotes"]
      : remotes === ""
        ? [`--exclude=${branch}`, "--branches", "--remotes"]
        : ["--remotes"];
  const stdout = await gitOrThrow(
    top,
    [
      "log",
      "-z",
      "--format=%H %s",
      `--max-count=${MAX_COMMITS}`,
      commit,
      "--not",
      ...elsewhere,
    ],
    options,
  );
  return stdout
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const space = line.indexOf(" ");
      return { commit: line.slice(0, space), subject: line.slice(space + 1) };
    });
}

async function stashesOf(
  top: string,
  branch: string | null,
  options: GitOptions,
): Promise<readonly string[]> {
  if (branch === null) return [];
  const stdout = await gitOrThrow(
    top,
    ["stash", "list", "-z", "--format=%gd: %gs"],
    options,
  );
  // Some versions of git name a branch by what stands after its last slash.
  const names = [branch, branch.slice(branch.lastIndexOf("/") + 1)];
  return stdout
    .split("\0")
    .filter((line) =>
      names.some((name) =>
        ["WIP on", "On"].some((verb) =>
          line.replace(/^\S+: /, "").startsWith(`${verb} ${name}: `),
        ),
      ),
    );
}

/** Files in the worktree's git directory, by what git is in the middle of. A rebase also has those of a cherry-pick. */
const OPERATIONS = [
  ["rebase-merge", "rebase"],
  ["rebase-apply/applying", "am"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  // Of several commits, one of which is being committed by the user.
  ["sequencer", "cherry-pick"],
  ["BISECT_LOG", "bisect"],
] as const;

async function operationIn(
  top: string,
  options: GitOptions,
): Promise<string | null> {
  const gitDir = await gitLine(top, ["rev-parse", "--git-dir"], options);
  for (const [file, operation] of OPERATIONS)
    if (await exists(path.resolve(top, gitDir, file))) return operation;
  return null;
}

interface SubmoduleLosses {
  /** In the worktree around it. */
  readonly path: string;
  readonly losses: WorktreeLosses;
  /** Its branches and stashes go with it, not only what is checked out. */
  readonly hasOwnCommits: boolean;
}

async function lossesOfSubmodules(
  top: string,
  index: readonly IndexEntry[],
  options: GitOptions,
): Promise<readonly SubmoduleLosses[]> {
  const found: SubmoduleLosses[] = [];
  for (const { file, isSubmodule } of index) {
    const folder = path.join(top, file);
    if (!isSubmodule || !(await isRepository(folder))) continue;
    const losses = await lossesOf(folder, options);
    const commits = await gitOrThrow(
      folder,
      [
        "rev-list",
        "--max-count=1",
        "--branches",
        // A glob, so that it is not taken for a folder.
        "--glob=refs/stas[h]",
        "--not",
        "--remotes",
      ],
      options,
    );
    found.push({ path: file, losses, hasOwnCommits: commits !== "" });
  }
  return found;
}

function isLost({ losses, hasOwnCommits }: SubmoduleLosses): boolean {
  return hasOwnCommits || hasLosses({ ...losses, ignored: [], nested: [] });
}

function within(folder: string, files: readonly string[]): string[] {
  return files.map((file) => `${folder}/${file}`);
}

function unique(files: readonly string[]): readonly string[] {
  return [...new Set(files)];
}
