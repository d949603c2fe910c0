// What git has said about the folders that matter. Git is asked when they change; everything else looks it up here.
import type { SiblingWorktree } from "../../core/control/machineInstances";
import {
  detectWorktree,
  listWorktrees,
  NoAnswer,
  type Worktree,
} from "../../core/worktrees/worktree";

export class KnownWorktrees {
  /** By folder, as it was asked for; also by the worktree's own path. */
  readonly #byFolder = new Map<string, Worktree>();
  /** By the repository's common directory. */
  #siblings: ReadonlyMap<string, readonly SiblingWorktree[]> = new Map();

  /** The worktree of a folder, as git said it last. */
  of(folder: string): Worktree | undefined {
    return this.#byFolder.get(folder);
  }

  /** All worktrees of the repositories, also those that no window has open. */
  get siblings(): readonly SiblingWorktree[] {
    return [...this.#siblings.values()].flat();
  }

  /** Asks git for the worktree of a folder. Undefined: there is no such folder. */
  async find(folder: string): Promise<Worktree | undefined> {
    const worktree = await this.#detect(folder);
    if (worktree) {
      this.#byFolder.set(folder, worktree);
      this.#byFolder.set(worktree.path, worktree);
    } else this.#byFolder.delete(folder);
    return worktree;
  }

  /** Asks git about these folders again. */
  async refresh(folders: Iterable<string>): Promise<void> {
    await Promise.all([...folders].map((folder) => this.find(folder)));
  }

  /** Asks git for the other worktrees of these repositories; where it cannot be asked, its last answer stands. */
  async refreshSiblings(worktrees: Iterable<Worktree>): Promise<void> {
    const repositories = new Map(
      [...worktrees].flatMap((worktree) =>
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

  /** A machine that is busy for a moment must not turn a worktree into a plain folder, and stop its instance. */
  async #detect(folder: string): Promise<Worktree | undefined> {
    try {
      return await detectWorktree(folder);
    } catch (error) {
      if (error instanceof NoAnswer)
        return this.#byFolder.get(folder) ?? error.guess;
      throw error;
    }
  }
}
