// Looks up the worktree a file belongs to: the deepest one that an instance serves, in this window or in another.
import { upwards } from "../../core/system/paths";
import type { Worktree } from "../../core/worktrees/worktree";

export class FileOwners {
  /** By path: this window's that count. */
  #own: ReadonlyMap<string, Worktree> = new Map();
  #paths: ReadonlySet<string> = new Set();

  /** `others`: paths of the worktrees that other windows serve. Returns whether any file may have another owner now. */
  replace(own: Iterable<Worktree>, others: Iterable<string>): boolean {
    this.#own = new Map([...own].map((worktree) => [worktree.path, worktree]));
    const paths = new Set([...this.#own.keys(), ...others]);
    const isSame =
      paths.size === this.#paths.size &&
      [...paths].every((each) => this.#paths.has(each));
    this.#paths = paths;
    return !isSame;
  }

  /** `file` must be a real path. Costs its depth, however many worktrees there are. */
  ownerOf(file: string): string | undefined {
    for (const directory of upwards(file))
      if (this.#paths.has(directory)) return directory;
    return undefined;
  }

  /** See WindowAccess. */
  isOpenTo(worktree: string, file: string): boolean {
    const owner = this.ownerOf(file);
    return (
      owner !== undefined &&
      (owner === worktree || this.#own.get(owner)?.isPlain === true)
    );
  }
}
