// The ignored files of a worktree, one by one: git names only the folder where all of it is ignored.
import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { errorCode } from "../errors";

/** Files that are named. */
const MAX_FILES = 1_000;

/** Folders that are looked into: a cache may have very many. */
const MAX_FOLDERS = 10_000;

export interface IgnoredFiles {
  /** Paths in the worktree; a folder that cannot be read ends with "/". Those at the top come first. */
  readonly files: readonly string[];
  readonly isCut: boolean;
  /** Repositories and worktrees that lie in ignored folders; they end with "/". */
  readonly repositories: readonly string[];
}

/** `ignored` is what git names: files, and folders that end with "/". Leaves node_modules out. */
export async function listIgnored(
  top: string,
  ignored: readonly string[],
): Promise<IgnoredFiles> {
  const kept = ignored.filter((each) => !isInNodeModules(each));
  const files = kept.filter((each) => !each.endsWith("/"));
  const folders = kept.filter((each) => each.endsWith("/"));
  const repositories: string[] = [];
  // Breadth first, so that a user's file is not hidden by a build's thousands.
  for (let at = 0; at < folders.length && at < MAX_FOLDERS; at += 1) {
    const folder = folders[at] ?? "";
    if (await isRepository(path.join(top, folder))) {
      repositories.push(folder);
      continue;
    }
    const entries = await readFolder(path.join(top, folder));
    if (entries === undefined) files.push(folder);
    for (const entry of entries ?? []) {
      if (entry.name === "node_modules") continue;
      if (entry.isDirectory()) folders.push(`${folder}${entry.name}/`);
      else if (files.length <= MAX_FILES) files.push(folder + entry.name);
    }
  }
  return {
    files: files.slice(0, MAX_FILES),
    isCut: files.length > MAX_FILES || folders.length > MAX_FOLDERS,
    repositories,
  };
}

function isInNodeModules(file: string): boolean {
  return file.split("/").includes("node_modules");
}

/** Whether the folder holds a `.git` entry. Rejects where the system cannot say. */
export async function isRepository(folder: string): Promise<boolean> {
  try {
    await lstat(path.join(folder, ".git"));
    return true;
  } catch (error) {
    // What may not be read is named as a whole.
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(errorCode(error) ?? ""))
      return false;
    throw error;
  }
}

/** undefined: it may not be read. A folder that is gone is empty. */
async function readFolder(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    return errorCode(error) === "ENOENT" ? [] : undefined;
  }
}
