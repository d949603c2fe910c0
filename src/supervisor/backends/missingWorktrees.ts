// Worktrees of backends whose directory is gone: removed, or away for a moment.
import { stat } from "node:fs/promises";
import { errorCode } from "../../core/errors";

export class MissingWorktrees {
  #missing: ReadonlySet<string> = new Set();

  has(worktree: string): boolean {
    return this.#missing.has(worktree);
  }

  /** `worktrees` are all that matter. Resolves with whether one has come back since the last look. */
  async look(worktrees: readonly string[]): Promise<boolean> {
    const before = this.#missing;
    const missing = new Set<string>();
    await Promise.all(
      worktrees.map(async (worktree) => {
        if (await isGone(worktree)) missing.add(worktree);
      }),
    );
    this.#missing = missing;
    return worktrees.some((each) => before.has(each) && !missing.has(each));
  }
}

async function isGone(directory: string): Promise<boolean> {
  return stat(directory).then(
    () => false,
    (error: unknown) => errorCode(error) === "ENOENT",
  );
}
