// When git is asked: on request, when something on disk has changed, and again by time where it could not answer.
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { Worktree } from "../../core/worktrees/worktree";
import type { WindowOptions } from "../contract";
import { CoalescingQueue } from "./coalescingQueue";
import { KnownWorktrees } from "./knownWorktrees";
import { WorktreeWatcher } from "./worktreeWatcher";

/** Milliseconds until git is asked again about what it could not tell. */
const ASK_AGAIN_EVERY = 15_000;

/** What is asked about; read when it is. */
export interface RefreshedWorktrees {
  folders(): readonly string[];
  worktrees(): readonly Worktree[];
  /** git has answered about the folders; the other worktrees of their repositories are asked for next. */
  onDidRefresh(): void;
  /** git has answered about those too. */
  onDidListSiblings(): void;
}

export class WorktreeRefresh {
  readonly known: KnownWorktrees;
  readonly #lifetime = new Lifetime();
  readonly #queue: CoalescingQueue;
  readonly #listing: CoalescingQueue;
  readonly #watcher: WorktreeWatcher;

  constructor(
    private readonly asked: RefreshedWorktrees,
    { environment, known }: Pick<WindowOptions, "environment" | "known">,
    log: Log,
  ) {
    this.known = new KnownWorktrees(environment, known, log);
    this.#queue = new CoalescingQueue("Asking git", () => this.#run(), log);
    this.#listing = new CoalescingQueue(
      "Listing worktrees",
      async () => {
        await this.known.refreshSiblings(asked.worktrees());
        asked.onDidListSiblings();
      },
      log,
    );
    this.#watcher = this.#lifetime.own(
      new WorktreeWatcher(
        () => {
          this.request();
        },
        // A folder that was away only while git listed it left no trace.
        async () =>
          !this.#queue.isBusy &&
          !this.#listing.isBusy &&
          (await this.known.hasOtherSiblings()),
        log,
      ),
    );
    const timer = setInterval(() => {
      if (this.known.isUncertain) this.request();
    }, ASK_AGAIN_EVERY);
    this.#lifetime.defer(() => {
      clearInterval(timer);
    });
  }

  request(): void {
    void this.#queue.request();
  }

  /** Asks only for the other worktrees of the repositories. */
  requestSiblings(): void {
    void this.#listing.request();
  }

  /** Resolves when nothing that was requested is unanswered. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  /** Watches these from now on. */
  watch(): void {
    this.#watcher.watch(this.asked.worktrees(), this.asked.folders());
  }

  /** Ends every git that still runs. Nothing is asked or reported after it. */
  dispose(): Promise<void> {
    this.#queue.dispose();
    this.#listing.dispose();
    this.known.dispose();
    return this.#lifetime.dispose();
  }

  async #run(): Promise<void> {
    await this.#watcher.remember();
    await this.known.refresh(this.asked.folders());
    this.asked.onDidRefresh();
    await this.#listing.request();
  }
}
