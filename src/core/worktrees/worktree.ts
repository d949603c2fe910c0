// Finds the worktree a folder lies in, by real path and as git reports it. What git does not say is never taken for "no".
import { readFile } from "node:fs/promises";
import path from "node:path";
import {
  cannotLookAt,
  gitCoreWorktree,
  gitDidNotAnswer,
  gitDistrusts,
  gitNotFound,
  gitSays,
} from "../messages/git";
import { messageOf } from "../errors";
import { contains, realDirectory } from "../system/paths";
import { git, type GitOptions, type GitResult } from "./git";
import { dotGitAbove } from "./gitLinks";
import { gitSentence } from "./gitSentence";

export interface Worktree {
  /** Real path of the top level, or of the folder where git knows none. */
  readonly path: string;
  /** null where git knows no worktree. */
  readonly git: GitFacts | null;
  /**
   * git says that the folder is in no repository, and nothing on disk speaks against it. Only such a folder is open to
   * the agents of the window's other worktrees.
   */
  readonly isPlain: boolean;
  /** Shared by all worktrees of the repository that the folder holds, although it is no worktree itself; else null. */
  readonly bareRepository: string | null;
  /** A sentence for the user if git is missing or refused to answer; else null. */
  readonly warning: string | null;
}

export interface GitFacts {
  /** Name of the repository's main working tree or bare directory. */
  readonly repository: string;
  /** Branch name, even if unborn; the first 7 characters of the commit if HEAD is detached. */
  readonly branch: string;
  /** Holds this worktree's HEAD; absolute. */
  readonly gitDir: string;
  /** Shared by all worktrees of the repository; absolute. */
  readonly gitCommonDir: string;
}

export type Detection =
  | { readonly kind: "found"; readonly worktree: Worktree }
  /** The folder does not exist, or is not a directory. */
  | { readonly kind: "missing" }
  /** git refused, or did not answer: what was known before is better than this guess, which keeps the folder apart. */
  | { readonly kind: "unknown"; readonly guess: Worktree };

/** Asks git, once where it can be. Where git is aborted, the answer is "unknown". */
export async function detectWorktree(
  folder: string,
  options?: GitOptions,
): Promise<Detection> {
  try {
    const real = await realDirectory(folder);
    return real === undefined
      ? { kind: "missing" }
      : await askGit(real, options);
  } catch (error) {
    // A network drive that is away for a moment, for example.
    const warning = cannotLookAt(folder, messageOf(error));
    return { kind: "unknown", guess: { ...plainFolder(folder), warning } };
  }
}

async function askGit(real: string, options?: GitOptions): Promise<Detection> {
  const answer = await revParse(real, options);
  switch (answer.kind) {
    case "ok":
      return describe(real, answer.paths, options);
    case "noGit":
      return { kind: "unknown", guess: await withoutGit(real) };
    case "noAnswer":
      return { kind: "unknown", guess: await guess(real, answer.reason) };
    case "failed":
      return (
        (await notAWorktree(real, answer.stderr, options)) ?? {
          kind: "unknown",
          guess: await guess(real, sentenceOf(answer.stderr, real)),
        }
      );
  }
}

function found(worktree: Worktree): Detection {
  return { kind: "found", worktree };
}

/** The worktree that git's three paths describe. */
async function describe(
  real: string,
  paths: readonly string[],
  options?: GitOptions,
): Promise<Detection> {
  const [top, gitDir, gitCommonDir] = await Promise.all(
    paths.map((each) => realDirectory(path.resolve(real, each))),
  );
  // Removed between git's answer and this look.
  if (!top || !gitDir || !gitCommonDir)
    return { kind: "unknown", guess: await guess(real, null) };
  if (!contains(top, real))
    return found({
      ...plainFolder(real),
      warning: gitCoreWorktree(real, top),
    });
  const branch = await readBranch(top, gitDir, options);
  if (branch === undefined)
    return { kind: "unknown", guess: await guess(real, gitDidNotAnswer(top)) };
  return found({
    path: top,
    git: {
      repository: repositoryName(gitCommonDir, top),
      branch,
      gitDir,
      gitCommonDir,
    },
    isPlain: false,
    bareRepository: null,
    warning: null,
  });
}

/** git's own words for a folder outside of every repository. */
const OUTSIDE = /^fatal: not a git repository \(or any/m;
/** git's own words inside a bare repository, or beside one that a `.git` file points to. */
const NO_WORK_TREE = /this operation must be run in a work tree/;

/** undefined: git has said something else. */
async function notAWorktree(
  real: string,
  stderr: string,
  options?: GitOptions,
): Promise<Detection | undefined> {
  if (OUTSIDE.test(stderr)) {
    if ((await dotGitAbove(real)) !== undefined) return undefined;
    return found({ ...plainFolder(real), isPlain: true });
  }
  if (!NO_WORK_TREE.test(stderr)) return undefined;
  const answer = await git(real, ["rev-parse", "--git-common-dir"], options);
  if (answer.kind !== "ok") return undefined;
  const commonDir = answer.stdout.replace(/\n$/, "");
  const bareRepository = await realDirectory(path.resolve(real, commonDir));
  return found({
    ...plainFolder(real),
    bareRepository: bareRepository ?? null,
  });
}

/** What the disk says where there is no git: the folder that holds a `.git` entry, or the folder itself. */
async function withoutGit(real: string): Promise<Worktree> {
  const top = await dotGitAbove(real);
  return {
    ...plainFolder(top ?? real),
    isPlain: top === undefined,
    warning: gitNotFound,
  };
}

async function guess(real: string, warning: string | null): Promise<Worktree> {
  return { ...plainFolder((await dotGitAbove(real)) ?? real), warning };
}

function plainFolder(folder: string): Worktree {
  return {
    path: folder,
    git: null,
    isPlain: false,
    bareRepository: null,
    warning: null,
  };
}

/** git's own sentence, or the advice that it needs. */
function sentenceOf(stderr: string, folder: string): string {
  if (stderr.includes("dubious ownership")) return gitDistrusts(folder);
  return gitSays(folder, gitSentence(stderr).split("\n", 1)[0] ?? "");
}

type RevParse =
  /** Top level, git directory and common directory; relative to where git was asked, or absolute. */
  | { readonly kind: "ok"; readonly paths: readonly string[] }
  | Exclude<GitResult, { kind: "ok" }>;

const REV_PARSE_FLAGS = [
  "--show-toplevel",
  "--git-dir",
  "--git-common-dir",
] as const;

async function revParse(
  directory: string,
  options?: GitOptions,
): Promise<RevParse> {
  const answer = await git(
    directory,
    ["rev-parse", ...REV_PARSE_FLAGS],
    options,
  );
  if (answer.kind !== "ok") return answer;
  const paths = answer.stdout.replace(/\n$/, "").split("\n");
  if (paths.length === REV_PARSE_FLAGS.length) return { kind: "ok", paths };
  // A newline in a path makes the lines ambiguous. One flag at a time, only the last newline is git's own.
  const found: string[] = [];
  for (const flag of REV_PARSE_FLAGS) {
    const single = await git(directory, ["rev-parse", flag], options);
    if (single.kind !== "ok") return single;
    found.push(single.stdout.replace(/\n$/, ""));
  }
  return { kind: "ok", paths: found };
}

/** Both are real paths. */
export function repositoryName(gitCommonDir: string, topLevel: string): string {
  const base = path.basename(gitCommonDir);
  // A submodule's repository lies in its superproject's .git/modules.
  if (/[\\/]\.git[\\/]modules[\\/]/.test(gitCommonDir))
    return path.basename(topLevel);
  if (base.startsWith(".")) return path.basename(path.dirname(gitCommonDir));
  return base.replace(/\.git$/, "");
}

/** Reads HEAD as a file, which needs no process; runs git only if the ref store keeps it elsewhere (reftable). */
async function readBranch(
  topLevel: string,
  gitDir: string,
  options?: GitOptions,
): Promise<string | undefined> {
  const head = (
    await readFile(path.join(gitDir, "HEAD"), "utf8").catch(() => "")
  ).trim();
  const ref = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
  if (ref !== undefined && ref !== ".invalid") return ref;
  if (/^[0-9a-f]{40,64}$/.test(head)) return head.slice(0, 7);
  for (const question of [
    ["symbolic-ref", "--short", "--quiet", "HEAD"],
    ["rev-parse", "--short=7", "HEAD"],
  ]) {
    const answer = await git(topLevel, question, options);
    if (answer.kind === "ok") return answer.stdout.trim();
    if (answer.kind !== "failed") return undefined;
  }
  return "HEAD";
}
