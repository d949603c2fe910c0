// Looks up the worktree a file belongs to: the deepest one that contains it, with or without an instance.
import { deepest, type Worktree } from "../../core/worktrees/worktree";

export class FileOwners {
  /** By path: the worktrees this window has open or has started. */
  #own: ReadonlyMap<string, Worktree> = new Map();
  /** Those and the other worktrees of their repositories. */
  #paths: readonly string[] = [];

  /** `siblings`: paths of the other worktrees of the repositories. */
  replace(own: Iterable<Worktree>, siblings: Iterable<string>): void {
    this.#own = new Map([...own].map((worktree) => [worktree.path, worktree]));
    this.#paths = [...new Set([...this.#own.keys(), ...siblings])];
  }

  /** `file` must be a real path. */
  ownerOf(file: string): string | undefined {
    return deepest(this.#paths, file);
  }

  /** See WindowAccess. */
  isOpenTo(worktree: string, file: string): boolean {
    const owner = this.ownerOf(file);
    return (
      owner !== undefined &&
      (owner === worktree || this.#own.get(owner)?.git === null)
    );
  }
}
