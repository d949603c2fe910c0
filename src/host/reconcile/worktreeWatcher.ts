// Watches the few directories in which a worktree's coming, going or changing branch shows. Levels, not edges: any change
// just says "look again".
import { type FSWatcher, watch } from "node:fs";
import path from "node:path";
import type { Worktree } from "../../core/worktrees/worktree";

/** Milliseconds: git renames several files for one change. */
const SETTLE = 40;

export class WorktreeWatcher {
  readonly #watchers = new Map<string, FSWatcher>();
  #names: NamesByDirectory = new Map();
  #settling: NodeJS.Timeout | undefined;

  constructor(private readonly onDidChange: () => void) {}

  /** Watches from now on for these worktrees and folders (which may be missing and come back), and for no others. */
  watch(worktrees: Iterable<Worktree>, folders: Iterable<string>): void {
    this.#names = namesByDirectory(worktrees, folders);
    for (const [directory, watcher] of this.#watchers)
      if (!this.#names.has(directory)) {
        watcher.close();
        this.#watchers.delete(directory);
      }
    for (const directory of this.#names.keys())
      if (!this.#watchers.has(directory)) this.#open(directory);
  }

  dispose(): void {
    clearTimeout(this.#settling);
    this.watch([], []);
  }

  #open(directory: string): void {
    try {
      const watcher = watch(directory, (event, name) => {
        if (event === "rename" && name === path.basename(directory)) forget(); // Moved or removed itself: what comes in its place is another.
        const names = this.#names.get(directory);
        if (name === null || names === "any" || names?.has(name))
          this.#settle();
      });
      const forget = () => {
        watcher.close();
        this.#watchers.delete(directory);
        this.#settle();
      };
      watcher.on("error", forget);
      this.#watchers.set(directory, watcher);
    } catch {
      // Not there or not readable: the next reconciliation tries again.
    }
  }

  #settle(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.onDidChange();
    }, SETTLE);
  }
}

/** For each directory the names in it that matter. */
type NamesByDirectory = Map<string, Set<string> | "any">;

function namesByDirectory(
  worktrees: Iterable<Worktree>,
  folders: Iterable<string>,
): NamesByDirectory {
  const directories: NamesByDirectory = new Map();
  const add = (directory: string, name: string): void => {
    const names = directories.get(directory) ?? new Set();
    if (names !== "any") directories.set(directory, names.add(name));
  };
  for (const folder of folders)
    add(path.dirname(folder), path.basename(folder));
  for (const { path: top, git } of worktrees) {
    add(path.dirname(top), path.basename(top));
    if (!git) {
      // It may become a repository.
      add(top, ".git");
      continue;
    }
    add(git.gitDir, "HEAD");
    add(git.gitCommonDir, "worktrees");
    directories.set(path.join(git.gitCommonDir, "worktrees"), "any");
  }
  return directories;
}
