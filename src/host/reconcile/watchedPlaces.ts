// The places on disk that show when a worktree appears, disappears or changes branch.
import path from "node:path";
import type { Worktree } from "../../core/worktrees/worktree";
import type { Look } from "./fingerprints";

export interface WatchedPlaces {
  /** The directories to watch, each with the names that matter in it. */
  readonly directories: ReadonlyMap<string, ReadonlySet<string> | "any">;
  /** The files to look at by time. */
  readonly files: ReadonlyMap<string, Look>;
}

export function watchedPlaces(
  worktrees: readonly Worktree[],
  folders: readonly string[],
): WatchedPlaces {
  const directories = new Map<string, Set<string> | "any">();
  const files = new Map<string, Look>();
  const addFile = (file: string, look: Look): void => {
    const directory = path.dirname(file);
    const names = directories.get(directory) ?? new Set();
    if (names !== "any")
      directories.set(directory, names.add(path.basename(file)));
    if (!files.has(file) || look !== "presence") files.set(file, look);
  };
  const addDirectory = (directory: string, look: Look): void => {
    directories.set(directory, "any");
    files.set(directory, look);
  };
  for (const folder of folders) addFile(folder, "presence");
  for (const { path: top, git, bareRepository } of worktrees) {
    addFile(top, "presence");
    // A plain folder may become a repository, and what leads to one may be repaired.
    addFile(path.join(top, ".git"), "presence");
    if (git) {
      addFile(path.join(git.gitDir, "HEAD"), "content");
      addFile(path.join(git.gitDir, "locked"), "presence");
      // Where the ref store keeps HEAD in tables.
      addDirectory(path.join(git.gitDir, "reftable"), "content");
    }
    const commonDir = git?.gitCommonDir ?? bareRepository;
    if (commonDir === null) continue;
    addFile(path.join(commonDir, "worktrees"), "presence");
    addDirectory(path.join(commonDir, "worktrees"), "worktrees");
  }
  return { directories, files };
}
