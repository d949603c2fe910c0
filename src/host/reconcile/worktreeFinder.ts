// Finds the worktree of a folder, and keeps to what git said last where it cannot be asked now: a machine that is busy for
// a moment must not turn a worktree into a plain folder, and stop its instance.
import {
  detectWorktree,
  NoAnswer,
  type Worktree,
} from "../../core/worktrees/worktree";

export class WorktreeFinder {
  readonly #last = new Map<string, Worktree>();

  /** As detectWorktree(), and never a NoAnswer. */
  async find(folder: string): Promise<Worktree | undefined> {
    try {
      const worktree = await detectWorktree(folder);
      if (worktree) this.#last.set(folder, worktree);
      return worktree;
    } catch (error) {
      if (error instanceof NoAnswer)
        return this.#last.get(folder) ?? error.guess;
      throw error;
    }
  }
}
