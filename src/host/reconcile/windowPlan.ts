// Which instances one window wants: by its folders and settings, its user's starts and stops, and what git has said.
import { isDeepStrictEqual } from "node:util";
import type { Log } from "../../core/log";
import type { Worktree } from "../../core/worktrees/worktree";
import type {
  DesiredState,
  KnownFolder,
  Pin,
  Stopper,
  WindowOptions,
} from "../contract";
import type { WindowBackends } from "../backendContract";
import type { InstanceSpec } from "../instance/instanceContext";
import type { KnownWorktrees } from "./knownWorktrees";
import {
  askedFolders,
  dropStalePins,
  enteredWorktree,
  makePlan,
  owningWorktrees,
  type PinnedBy,
  type Pins,
  type Plan,
  type Planned,
  plannedWorktrees,
} from "./plan";
import { WorktreeRefresh } from "./worktreeRefresh";

const NO_BACKENDS: WindowBackends = { user: [], workspace: [], refused: [] };

export interface WindowPlanEvents {
  /** `retryFailed`: also those that wait to be tried again. */
  onDidPlan(plan: Plan, retryFailed: boolean): void;
  /** git has answered about all folders. */
  onDidLearn(known: readonly KnownFolder[]): void;
  /** The other worktrees of the repositories may be others now. */
  onDidListSiblings(): void;
  readonly isRunning: (worktree: string) => boolean;
}

export class WindowPlan {
  readonly #pins: Map<string, PinnedBy>;
  readonly #refresh: WorktreeRefresh;
  #desired: DesiredState | undefined;
  #plan: Plan = new Map();
  #isInformed = false;
  #isEnded = false;

  constructor(
    options: Pick<WindowOptions, "pins" | "environment" | "known">,
    private readonly events: WindowPlanEvents,
    log: Log,
  ) {
    this.#pins = new Map(
      options.pins.map(([worktree, pin]) => [worktree, { pin, by: null }]),
    );
    this.#refresh = new WorktreeRefresh(
      {
        folders: () =>
          this.#desired ? askedFolders(this.#desired, this.#pins) : [],
        worktrees: () => plannedWorktrees(this.#plan),
        onDidRefresh: () => {
          dropStalePins(this.#pins, this.known);
          this.#isInformed = this.#desired !== undefined;
          events.onDidLearn(this.known.all);
          this.apply();
        },
        onDidListSiblings: () => {
          events.onDidListSiblings();
        },
      },
      options,
      log,
    );
  }

  /** What the window has last asked for. */
  get desired(): DesiredState | undefined {
    return this.#desired;
  }

  /** Git has been asked about every folder: until then a worktree that is missing from the plan may be there. */
  get isInformed(): boolean {
    return this.#isInformed;
  }

  get pins(): Pins {
    return this.#pins;
  }

  /** The planned ones, whether they are to run or not. */
  get worktrees(): ReadonlySet<string> {
    return new Set(this.#plan.keys());
  }

  get planned(): readonly Worktree[] {
    return plannedWorktrees(this.#plan);
  }

  get backends(): WindowBackends {
    return this.#desired?.backends ?? NO_BACKENDS;
  }

  /** Whether the user trusts what the window has open. */
  get isTrusted(): boolean {
    return this.#desired?.isTrusted ?? false;
  }

  runs(worktree: string): boolean {
    return this.#plan.get(worktree)?.verdict === "run";
  }

  /** undefined: the worktree is not planned. */
  specOf(worktree: string): InstanceSpec | undefined {
    return this.#plan.get(worktree)?.spec;
  }

  /** Those that are not to run. */
  get stopped(): readonly Planned[] {
    return [...this.#plan.values()].filter(({ verdict }) => verdict !== "run");
  }

  /** See owningWorktrees. */
  get owners(): Worktree[] {
    return owningWorktrees(this.#plan);
  }

  get known(): KnownWorktrees {
    return this.#refresh.known;
  }

  /** Plans by what git has said before, then again by what it says of new folders. Resolves after that. */
  async change(desired: DesiredState): Promise<void> {
    const before = this.#desired;
    this.#desired = desired;
    this.apply({ retryFailed: true });
    if (!isDeepStrictEqual(before?.folders, desired.folders))
      this.#refresh.request();
    await this.#refresh.idle();
    const entered = await enteredWorktree(desired, this.known);
    if (entered && !this.#pins.has(entered.path))
      this.pin(entered.path, "entered");
  }

  /** Plans by what git has said before. */
  apply({ retryFailed = false } = {}): void {
    if (!this.#desired) return;
    this.#plan = makePlan(
      this.#desired,
      this.known,
      this.#pins,
      this.events.isRunning,
    );
    if (!this.#isEnded) this.#refresh.watch();
    this.events.onDidPlan(this.#plan, retryFailed);
  }

  /** The user of this window has started, entered or stopped it. */
  pin(worktree: string, pin: Pin): void {
    this.#pins.set(worktree, { pin, by: null });
    this.apply({ retryFailed: pin !== "stopped" });
  }

  /** The user of this window has stopped one to start another: both in one plan, so that no third takes the place. */
  pinInPlaceOf(stopped: string, started: string): void {
    this.#pins.set(stopped, { pin: "stopped", by: null });
    this.pin(started, "started");
  }

  unpin(worktree: string): void {
    if (this.#pins.delete(worktree)) this.apply();
  }

  /** Starts it by the settings again if a user has stopped it, here or elsewhere. */
  unpinStopped(worktree: string): void {
    if (this.#pins.get(worktree)?.pin === "stopped") this.unpin(worktree);
  }

  /** It is not used any more: the next time that the user enters it, it starts again. */
  leave(worktree: string): void {
    if (this.#pins.get(worktree)?.pin === "entered") this.unpin(worktree);
  }

  /** `by` is null if this window's user has stopped it. */
  pinStopped(worktree: string, by: Stopper | null): void {
    if (!this.#plan.has(worktree)) return;
    if (this.#pins.get(worktree)?.pin !== "stopped")
      this.#pins.set(worktree, { pin: "stopped", by });
    this.apply();
  }

  /** The choices of another window's user count here too. To be called before the first change(). */
  inherit(pins: Pins): void {
    for (const [worktree, pinned] of pins)
      if (!this.#pins.has(worktree)) this.#pins.set(worktree, pinned);
  }

  /** Asks git for the other worktrees of the planned ones' repositories. */
  requestSiblings(): void {
    this.#refresh.requestSiblings();
  }

  /** Ends every git that runs. The plan stays as it is. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#refresh.dispose();
  }
}
