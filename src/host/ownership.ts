// Which worktree a file belongs to: the deepest one that contains it, served or not.
import {
  deepest,
  type ListedWorktree,
  listWorktrees,
  type Worktree,
} from "../core/worktree";
import type { Plan } from "./plan";

export type SiblingWorktree = ListedWorktree & { readonly repository: string };

export class Ownership {
  #plan: Plan = new Map();
  #siblings: readonly SiblingWorktree[] = [];

  /** All worktrees of the window's repositories, also those that no window has open. */
  get siblings(): readonly SiblingWorktree[] {
    return this.#siblings;
  }

  /** Counts from now on; the worktrees beside it follow with findSiblings(). */
  take(plan: Plan): void {
    this.#plan = plan;
  }

  /** Asks git for the other worktrees of the plan's repositories. */
  async findSiblings(): Promise<void> {
    this.#siblings = await listSiblings(
      [...this.#plan.values()].map(({ spec }) => spec.worktree),
    );
  }

  /** Of a real path. */
  ownerOf(file: string): string | undefined {
    return deepest(
      [...this.#plan.keys(), ...this.#siblings.map(({ path }) => path)],
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

async function listSiblings(
  worktrees: readonly Worktree[],
): Promise<SiblingWorktree[]> {
  const repositories = new Map(
    worktrees.flatMap((worktree) =>
      worktree.git ? [[worktree.git.gitCommonDir, worktree] as const] : [],
    ),
  );
  const lists = await Promise.all(
    [...repositories.values()].map(async (worktree) =>
      (await listWorktrees(worktree)).map((listed) => ({
        ...listed,
        repository: worktree.git?.repository ?? "",
      })),
    ),
  );
  return lists.flat();
}
