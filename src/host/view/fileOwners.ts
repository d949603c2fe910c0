// Which worktree a file belongs to: the deepest one that contains it, with an instance or without.
import { deepest, type Worktree } from "../../core/worktrees/worktree";

export class FileOwners {
  /** By path: the worktrees that this window has open or has started. */
  #own: ReadonlyMap<string, Worktree> = new Map();
  /** Those and the other worktrees of their repositories. */
  #paths: readonly string[] = [];

  /** Counts from now on. `siblings` are paths of the other worktrees of the repositories. */
  replace(own: Iterable<Worktree>, siblings: Iterable<string>): void {
    this.#own = new Map([...own].map((worktree) => [worktree.path, worktree]));
    this.#paths = [...new Set([...this.#own.keys(), ...siblings])];
  }

  /** Of a real path. */
  ownerOf(file: string): string | undefined {
    return deepest(this.#paths, file);
  }

  /** Whether an agent of the worktree may touch a real path: its own files, and those of the window's plain folders. */
  isOpenTo(worktree: string, file: string): boolean {
    const owner = this.ownerOf(file);
    return (
      owner !== undefined &&
      (owner === worktree || this.#own.get(owner)?.git === null)
    );
  }
}
