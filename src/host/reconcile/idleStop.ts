// Stops the instances that run only because the user has entered their worktrees, once nobody uses them any more.
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import { stoppedUnused } from "../../core/messages/instances";
import type { InstanceBackends } from "../backendContract";
import type { Instance } from "../instance/instance";
import type { WindowView } from "../view/windowView";
import type { WindowPlan } from "./windowPlan";

/** Milliseconds between looks. */
const LOOK_EVERY = 60_000;
/** So many in a row find it unused. Counted by a timer, which rests while the computer sleeps. */
const MAX_UNUSED_LOOKS = 10;

interface EnteringWindow {
  readonly plan: WindowPlan;
  readonly view: Pick<WindowView, "hasOpen">;
}

interface IdleStopOptions {
  /** All, also those that were there a moment ago. */
  readonly windows: () => readonly EnteringWindow[];
  readonly running: () => readonly Instance[];
  readonly backends: Pick<InstanceBackends, "areUsed">;
  readonly log: Log;
}

export class IdleStop {
  readonly #lifetime = new Lifetime();
  /** How many looks in a row have found each worktree unused. */
  #unused: ReadonlyMap<string, number> = new Map();

  /** `every`: milliseconds between looks. The caller disposes it. */
  constructor(
    private readonly options: IdleStopOptions,
    every = LOOK_EVERY,
  ) {
    const timer = setInterval(() => {
      this.#look();
    }, every);
    this.#lifetime.defer(() => {
      clearInterval(timer);
    });
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  #look(): void {
    const unused = new Map<string, number>();
    for (const worktree of this.#entered)
      if (!this.#isUsed(worktree))
        unused.set(worktree, 1 + (this.#unused.get(worktree) ?? 0));
    this.#unused = unused;
    for (const [worktree, looks] of unused)
      if (looks >= MAX_UNUSED_LOOKS) this.#leave(worktree);
  }

  /** Those that no window wants for another reason. */
  get #entered(): string[] {
    const windows = this.options.windows();
    const entered = new Set(
      windows.flatMap(({ plan }) =>
        [...plan.pins].flatMap(([worktree, { pin }]) =>
          pin === "entered" ? [worktree] : [],
        ),
      ),
    );
    return [...entered].filter((worktree) =>
      windows.every(
        ({ plan }) =>
          !plan.runs(worktree) || plan.pins.get(worktree)?.pin === "entered",
      ),
    );
  }

  #isUsed(worktree: string): boolean {
    const { windows, running, backends } = this.options;
    const instance = running().find((each) => each.worktree === worktree);
    return (
      (instance?.clients.size ?? 0) > 0 ||
      (instance?.editor.waiting.length ?? 0) > 0 ||
      backends.areUsed(worktree) ||
      windows().some(({ view }) => view.hasOpen(worktree))
    );
  }

  #leave(worktree: string): void {
    const { windows, log } = this.options;
    log.info(stoppedUnused(worktree));
    for (const { plan } of windows()) plan.leave(worktree);
  }
}
