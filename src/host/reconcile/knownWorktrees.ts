// Caches what git reported about the relevant folders. git runs when they change; everything else reads the cache.
import { setMaxListeners } from "node:events";
import type { SiblingWorktree } from "../../core/control/machineInstances";
import {
  detectWorktree,
  listWorktrees,
  GitUnavailable,
  type Worktree,
} from "../../core/worktrees/worktree";

export class KnownWorktrees {
  readonly #ended = new AbortController();
  /** By the folder asked for, and by the worktree's own path. */
  readonly #byFolder = new Map<string, Worktree>();
  /** By the repository's common directory. */
  #siblings: ReadonlyMap<string, readonly SiblingWorktree[]> = new Map();

  constructor() {
    // One listener for each git that runs.
    setMaxListeners(0, this.#ended.signal);
  }

  /** The folder's worktree as git last reported it. */
  get(folder: string): Worktree | undefined {
    return this.#byFolder.get(folder);
  }

  /** All worktrees of the repositories, including those that no window has open. */
  get siblings(): readonly SiblingWorktree[] {
    return [...this.#siblings.values()].flat();
  }

  /** Runs git for the folder; undefined if the folder does not exist. */
  async find(folder: string): Promise<Worktree | undefined> {
    const worktree = await this.#detect(folder);
    if (worktree) {
      this.#byFolder.set(folder, worktree);
      this.#byFolder.set(worktree.path, worktree);
    } else this.#byFolder.delete(folder);
    return worktree;
  }

  /** Runs git for these folders again. */
  async refresh(folders: Iterable<string>): Promise<void> {
    await Promise.all([...folders].map((folder) => this.find(folder)));
  }

  /** Lists the worktrees of these repositories again; keeps the last result if git cannot be run. */
  async refreshSiblings(worktrees: Iterable<Worktree>): Promise<void> {
    const repositories = new Map(
      [...worktrees].flatMap((worktree) =>
        worktree.git ? [[worktree.git.gitCommonDir, worktree] as const] : [],
      ),
    );
    const lists = [...repositories].map(async ([commonDir, worktree]) => {
      const listed = await listWorktrees(worktree, this.#ended.signal);
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

  /** Ends every git that still runs; what it would have said is unknown. */
  dispose(): void {
    this.#ended.abort();
  }

  /** A briefly overloaded machine must not turn a worktree into a plain folder and so stop its instance. */
  async #detect(folder: string): Promise<Worktree | undefined> {
    try {
      return await detectWorktree(folder, this.#ended.signal);
    } catch (error) {
      if (error instanceof GitUnavailable)
        return this.#byFolder.get(folder) ?? error.guess;
      throw error;
    }
  }
}
