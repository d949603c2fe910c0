// Caches what git reported about the relevant folders. git runs when they change; everything else reads the cache.
// What git could not say is kept as it was known before, and asked again.
import { setMaxListeners } from "node:events";
import type { SiblingWorktree } from "../machineContract";
import { deepest } from "../../core/system/paths";
import { siblingName } from "../../core/worktrees/names";
import type { Log } from "../../core/log";
import type { GitOptions } from "../../core/worktrees/git";
import {
  detectWorktree,
  repositoryName,
  type Worktree,
} from "../../core/worktrees/worktree";
import { listWorktrees, worktreeAt } from "../../core/worktrees/worktreeList";
import type { KnownFolder } from "../contract";

/** Those of one repository. */
interface Siblings {
  readonly worktrees: readonly SiblingWorktree[];
  /** See WorktreeList. */
  readonly others: readonly string[];
  /** git did not answer the last time: they are those of before. */
  readonly areKept: boolean;
}

export class KnownWorktrees {
  readonly #ended = new AbortController();
  /** By the folder asked for, and by the worktree's own path. */
  readonly #byFolder = new Map<string, Worktree>();
  /** By the repository's common directory. */
  #siblings: ReadonlyMap<string, Siblings> = new Map();
  /** The folders that git could not or would not tell about, and why. */
  readonly #uncertain = new Map<string, string | null>();

  /** git runs with this environment. `before`: what it has told an earlier host. */
  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    before: readonly KnownFolder[],
    private readonly log: Log,
  ) {
    for (const [folder, worktree] of before) this.#remember(folder, worktree);
    // One listener for each git that runs.
    setMaxListeners(0, this.#ended.signal);
  }

  /** Whether git should be asked again although nothing has changed. */
  get isUncertain(): boolean {
    return this.#uncertain.size > 0;
  }

  /** The folder's worktree as git last reported it. */
  get(folder: string): Worktree | undefined {
    return this.#byFolder.get(folder);
  }

  /** Everything that git has reported. */
  get all(): readonly KnownFolder[] {
    return [...this.#byFolder];
  }

  /** All worktrees of the repositories, including those that no window has open. */
  get siblings(): readonly SiblingWorktree[] {
    return [...this.#siblings.values()].flatMap(({ worktrees }) => worktrees);
  }

  /** Whether the disk says of one of them something else than when they were listed. */
  async hasOtherSiblings(): Promise<boolean> {
    const looks = [...this.#siblings].flatMap(
      ([commonDir, { worktrees, others, areKept }]) =>
        areKept
          ? []
          : [
              ...worktrees.map(
                async ({ path }) => !(await worktreeAt(path, commonDir)),
              ),
              ...others.map(
                async (path) => !!(await worktreeAt(path, commonDir)),
              ),
            ],
    );
    return (await Promise.all(looks)).includes(true);
  }

  /** The name of the deepest of them that contains a real path; null if that is `owner`. */
  innerWorktreeOf(file: string, owner: string | undefined): string | null {
    const { siblings } = this;
    const path = deepest(
      siblings.map((sibling) => sibling.path),
      file,
    );
    const inner = siblings.find((sibling) => sibling.path === path);
    return inner && path !== owner ? siblingName(inner) : null;
  }

  /** Runs git for the folder; undefined if the folder does not exist. */
  async find(folder: string): Promise<Worktree | undefined> {
    const detection = await detectWorktree(folder, this.#gitOptions);
    if (this.#ended.signal.aborted) return this.#byFolder.get(folder);
    switch (detection.kind) {
      case "found":
        this.#uncertain.delete(folder);
        return this.#remember(folder, detection.worktree);
      case "missing":
        this.#uncertain.delete(folder);
        this.#byFolder.delete(folder);
        return undefined;
      case "unknown":
        this.#noteUncertain(folder, detection.guess.warning);
        return this.#remember(folder, this.#orAsKnown(folder, detection.guess));
    }
  }

  /** Runs git for these folders again; those left out are not uncertain any more. */
  async refresh(folders: readonly string[]): Promise<void> {
    for (const folder of this.#uncertain.keys())
      if (!folders.includes(folder)) this.#uncertain.delete(folder);
    await Promise.all(folders.map((folder) => this.find(folder)));
  }

  /** Lists the worktrees of these repositories again; keeps the last result where git cannot say. */
  async refreshSiblings(worktrees: Iterable<Worktree>): Promise<void> {
    const repositories = new Map(
      [...worktrees].flatMap((worktree) => {
        const commonDir = worktree.git?.gitCommonDir ?? worktree.bareRepository;
        return commonDir === null ? [] : [[commonDir, worktree] as const];
      }),
    );
    const lists = [...repositories].map(async ([commonDir, worktree]) => {
      const listed = await listWorktrees(
        worktree.path,
        commonDir,
        this.#gitOptions,
      );
      const repository = repositoryName(commonDir, worktree.path);
      return [
        commonDir,
        listed
          ? {
              worktrees: listed.worktrees.map((each) => ({
                ...each,
                repository,
                gitCommonDir: commonDir,
              })),
              others: listed.others,
              areKept: false,
            }
          : {
              worktrees: this.#siblings.get(commonDir)?.worktrees ?? [],
              others: [],
              areKept: true,
            },
      ] as const;
    });
    this.#siblings = new Map(await Promise.all(lists));
  }

  /** Ends every git that still runs; what it would have said is unknown. */
  dispose(): void {
    this.#ended.abort();
  }

  get #gitOptions(): GitOptions {
    return { environment: this.environment, signal: this.#ended.signal };
  }

  #remember(folder: string, worktree: Worktree): Worktree {
    this.#byFolder.set(folder, worktree);
    this.#byFolder.set(worktree.path, worktree);
    return worktree;
  }

  #orAsKnown(folder: string, guess: Worktree): Worktree {
    const known = this.#byFolder.get(folder);
    return known
      ? {
          ...known,
          isPlain: known.isPlain && guess.isPlain,
          warning: guess.warning,
        }
      : guess;
  }

  #noteUncertain(folder: string, warning: string | null): void {
    if (warning !== null && warning !== this.#uncertain.get(folder))
      this.log.warn(warning);
    this.#uncertain.set(folder, warning);
  }
}
