// Watches the few directories that show when a worktree appears, disappears or changes branch.
// Level-triggered: any change only means "look again".
import { type FSWatcher, watch } from "node:fs";
import path from "node:path";
import type { Worktree } from "../../core/worktrees/worktree";

/** Milliseconds; git renames several files for one change. */
const COALESCE_FOR = 40;

export class WorktreeWatcher {
  readonly #watchers = new Map<string, FSWatcher>();
  #names: NamesByDirectory = new Map();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly onDidChange: () => void) {}

  /** Replaces what is watched. The folders may be missing and come back. */
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
    clearTimeout(this.#timer);
    this.watch([], []);
  }

  #open(directory: string): void {
    try {
      const watcher = watch(directory, (event, name) => {
        // The directory itself was moved or removed; whatever replaces it needs a new watcher.
        if (event === "rename" && name === path.basename(directory)) unwatch();
        const names = this.#names.get(directory);
        if (name === null || names === "any" || names?.has(name))
          this.#notifySoon();
      });
      const unwatch = () => {
        watcher.close();
        this.#watchers.delete(directory);
        this.#notifySoon();
      };
      watcher.on("error", unwatch);
      this.#watchers.set(directory, watcher);
    } catch {
      // Missing or unreadable: the next reconciliation retries.
    }
  }

  #notifySoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.onDidChange();
    }, COALESCE_FOR);
  }
}

/** The names that matter in each directory. */
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
