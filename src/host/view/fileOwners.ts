// Which worktree a file belongs to: the deepest one that contains it, served or not.
import type { SiblingWorktree } from "../../core/control/machineInstances";
import { deepest, listWorktrees } from "../../core/worktrees/worktree";
import type { Plan } from "../reconcile/plan";

export class FileOwners {
  #plan: Plan = new Map();
  /** By the repository's common directory. */
  #siblings: ReadonlyMap<string, readonly SiblingWorktree[]> = new Map();

  /** All worktrees of the window's repositories, also those that no window has open. */
  get siblings(): readonly SiblingWorktree[] {
    return [...this.#siblings.values()].flat();
  }

  /** Counts from now on; the worktrees beside it follow with findSiblings(). */
  take(plan: Plan): void {
    this.#plan = plan;
  }

  /** Asks git for the other worktrees of the plan's repositories; where it cannot be asked, what it said last stands. */
  async findSiblings(): Promise<void> {
    const repositories = new Map(
      [...this.#plan.values()].flatMap(({ spec: { worktree } }) =>
        worktree.git ? [[worktree.git.gitCommonDir, worktree] as const] : [],
      ),
    );
    const lists = [...repositories].map(async ([commonDir, worktree]) => {
      const listed = await listWorktrees(worktree);
      const repository = worktree.git?.repository ?? "";
      return [
        commonDir,
        listed?.map((each) => ({ ...each, repository })) ??
          this.#siblings.get(commonDir) ??
          [],
      ] as const;
    });
    this.#siblings = new Map(await Promise.all(lists));
  }

  /** Of a real path. */
  ownerOf(file: string): string | undefined {
    return deepest(
      [...this.#plan.keys(), ...this.siblings.map(({ path }) => path)],
      file,
    );
  }

  /** Whether an agent of the worktree may touch a real path: its own files, and those of the window's plain folders. */
  isOpenTo(worktree: string, file: string): boolean {
    const owner = this.ownerOf(file);
    return (
      owner !== undefined &&
      (owner === worktree || this.#plan.get(owner)?.spec.worktree.git === null)
    );
  }
}
