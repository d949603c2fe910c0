// What `.git` entries say by themselves, without git: a directory, or a file that points to one.
import { lstat, readFile } from "node:fs/promises";
import path from "node:path";
import { realDirectory } from "../system/paths";

/**
 * The nearest folder at or above this one that holds a `.git` entry, up to where git itself would look: ceiling
 * directories of the user and other file systems end the walk. `folder` is a real path.
 */
export async function dotGitAbove(
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const ceilings = (env["GIT_CEILING_DIRECTORIES"] ?? "").split(path.delimiter);
  const device = (await lstat(folder).catch(() => undefined))?.dev;
  for (let directory = folder; ; directory = path.dirname(directory)) {
    const own = await lstat(directory).catch(() => undefined);
    if (own?.dev !== device) return undefined;
    // The folder itself is always looked at.
    if (directory !== folder && ceilings.includes(directory)) return undefined;
    if (await lstat(path.join(directory, ".git")).catch(() => undefined))
      return directory;
    if (directory === path.dirname(directory)) return undefined;
  }
}

/** Whether the `.git` of a folder leads to this repository, and that entry back to the folder. Real paths. */
export async function isWorktreeOf(
  folder: string,
  gitCommonDir: string,
): Promise<boolean> {
  const dotGit = path.join(folder, ".git");
  const gitDir = await gitDirOf(dotGit);
  if (gitDir === undefined) return false;
  // The main worktree, also one whose git directory lies elsewhere.
  if (gitDir === gitCommonDir) return true;
  if (path.dirname(gitDir) !== path.join(gitCommonDir, "worktrees"))
    return false;
  const back = await readFile(path.join(gitDir, "gitdir"), "utf8").catch(
    () => "",
  );
  const target = path.resolve(gitDir, back.replace(/\n$/, ""));
  const leadsTo = await realDirectory(path.dirname(target));
  return leadsTo === folder && path.basename(target) === ".git";
}

/** Whether the folder is a worktree that `git worktree add` has made. */
export async function isLinkedWorktree(folder: string): Promise<boolean> {
  const gitDir = await gitDirOf(path.join(folder, ".git"));
  return (
    gitDir !== undefined && path.basename(path.dirname(gitDir)) === "worktrees"
  );
}

/** Where a `.git` entry leads; undefined: nowhere. */
async function gitDirOf(dotGit: string): Promise<string | undefined> {
  const directory = await realDirectory(dotGit);
  if (directory !== undefined) return directory;
  const text = await readFile(dotGit, "utf8").catch(() => "");
  const target = /^gitdir: ([^]*?)\n?$/.exec(text)?.[1];
  return target === undefined
    ? undefined
    : realDirectory(path.resolve(path.dirname(dotGit), target));
}
