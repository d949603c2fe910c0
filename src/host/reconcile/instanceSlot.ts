// One worktree's place for an instance: a state machine of its own, so that a slow one delays no other. It runs while one of
// the windows that know the worktree wants it.
import { messageOf, stackOf, UserError } from "../../core/errors";
import { isInRange } from "../../core/system/ports";
import type { InstanceState } from "../contract";
import { Instance } from "../instance/instance";
import type {
  InstanceContext,
  InstanceEvents,
  InstanceSpec,
  InstanceWindow,
} from "../instance/instanceContext";
import { InstanceWindows } from "../instance/instanceWindows";
import type { Planned } from "./plan";

/** Milliseconds until a failed start is retried. */
const RETRY_AFTER = 30_000;

export type SlotState =
  | Exclude<InstanceState, { kind: "running" }>
  | { readonly kind: "running"; readonly instance: Instance };

const notRun: SlotState = { kind: "stopped", because: "settings", by: null };

export class InstanceSlot {
  readonly #planned = new Map<InstanceWindow, Planned>();
  /** Those that run it. */
  #windows: InstanceWindows | undefined;
  #state: SlotState = notRun;
  #isEnded = false;
  #mustRestart = false;
  #mustRetry = false;
  /** The plan has not been applied to the running instance yet. */
  #mustUpdate = false;
  #converging: Promise<void> | undefined;
  #starting: AbortController | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly context: InstanceContext,
    private readonly events: InstanceEvents,
  ) {}

  get state(): SlotState {
    return this.#state;
  }

  /** No window knows the worktree any more. */
  get isEmpty(): boolean {
    return this.#planned.size === 0;
  }

  /** Whether a window wants it to run. */
  get isWanted(): boolean {
    return !this.#isEnded && this.#runningIn.length > 0;
  }

  specOf(window: InstanceWindow): InstanceSpec | undefined {
    return this.#planned.get(window)?.spec;
  }

  /** The state that a window shows: where it does not want the instance, it is stopped there, whoever else runs it. */
  stateFor(window: InstanceWindow): SlotState {
    const planned = this.#planned.get(window);
    if (!planned || planned.verdict === "run") return this.#state;
    const isUnwanted = !this.isWanted && this.#state.kind === "stopping";
    return isUnwanted ? this.#state : stoppedBy(planned);
  }

  /** Resolves once the instance is as it was last asked to be, or has failed to be; undefined if it is already. */
  get settling(): Promise<void> | undefined {
    return this.#converging;
  }

  /** `retryFailed` skips the delay after a failed start. */
  apply(window: InstanceWindow, planned: Planned, retryFailed: boolean): void {
    this.#planned.set(window, planned);
    this.#mustRetry ||= retryFailed;
    // Whatever window is gone, this one has come back for it.
    if (planned.verdict === "run" && !window.gone.aborted)
      for (const each of this.#planned.keys())
        if (each.gone.aborted) this.#planned.delete(each);
    this.#update();
  }

  /** The window does not know the worktree any more. */
  release(window: InstanceWindow): void {
    if (this.#planned.delete(window)) this.#update();
  }

  /** One of the windows was focused, or is gone. */
  refresh(window: InstanceWindow): void {
    if (!this.#planned.has(window)) return;
    const isReplaced = this.#runningIn.some(([each]) => !each.gone.aborted);
    if (window.gone.aborted && isReplaced) this.#planned.delete(window);
    this.#update();
  }

  restart(): void {
    this.#mustRestart = true;
    this.#mustRetry = true;
    this.#converge();
  }

  updateName(): void {
    if (this.#state.kind === "running" && this.#state.instance.isMisnamed)
      this.#update();
  }

  /** Stops the instance for good; an unfinished start is aborted. */
  end(): void {
    this.#isEnded = true;
    this.#converge();
  }

  get #runningIn(): (readonly [InstanceWindow, Planned])[] {
    return [...this.#planned].filter(([, { verdict }]) => verdict === "run");
  }

  #converge(): void {
    if (!this.isWanted || this.#mustRestart) this.#starting?.abort();
    this.#converging ??= this.#run();
  }

  async #run(): Promise<void> {
    // #converging must be set before this can finish.
    await Promise.resolve();
    for (let step = this.#nextStep(); step; step = this.#nextStep())
      await step();
    // In the same tick as the last look at what is wanted, so no change is lost.
    this.#converging = undefined;
  }

  /** Undefined: all is as it should be. */
  #nextStep(): (() => Promise<void>) | undefined {
    const state = this.#state;
    if (state.kind === "running") {
      const { instance } = state;
      if (!this.isWanted || this.#mustRestart || this.#hasLeftRange(instance))
        return () => this.#stop(instance);
      if (this.#mustUpdate) return () => this.#applyPlan(instance);
      return undefined;
    }
    if (this.isWanted) {
      const isDue = state.kind !== "failed" || this.#mustRetry;
      return isDue ? () => this.#start() : undefined;
    }
    if (state.kind !== "stopped") this.#set(notRun);
    return undefined;
  }

  async #start(): Promise<void> {
    this.#mustRestart = false;
    this.#mustRetry = false;
    this.#mustUpdate = false;
    const starting = new AbortController();
    this.#starting = starting;
    this.#set({ kind: "starting" });
    const windows = new InstanceWindows(
      this.#runningIn.map(([window, { spec }]) => ({ window, spec })),
    );
    this.#windows = windows;
    try {
      const instance = await Instance.start(
        windows,
        this.context,
        this.events,
        starting.signal,
      );
      this.#set({ kind: "running", instance });
    } catch (error) {
      // An aborted start has no outcome: the next step says why it is not wanted, or starts it again.
      if (!starting.signal.aborted) this.#fail(error);
    } finally {
      this.#starting = undefined;
    }
  }

  #fail(error: unknown): void {
    const { log } = this.context;
    const detail = error instanceof UserError ? error.message : stackOf(error);
    log.error(`${this.#name}: ${detail}`);
    this.#set({
      kind: "failed",
      error: messageOf(error),
      retryAt: Date.now() + RETRY_AFTER,
    });
    this.#retry = setTimeout(() => {
      this.#mustRetry = true;
      this.#converge();
    }, RETRY_AFTER);
  }

  #update(): void {
    this.#windows?.replace(
      this.#runningIn.map(([window, { spec }]) => ({ window, spec })),
    );
    this.#mustUpdate = true;
    this.#converge();
  }

  async #applyPlan(instance: Instance): Promise<void> {
    this.#mustUpdate = false;
    await instance.update();
  }

  get #name(): string {
    return this.#windows?.lead.spec.name ?? "";
  }

  async #stop(instance: Instance): Promise<void> {
    this.#set({ kind: "stopping" });
    try {
      await instance.stop();
    } catch (error) {
      this.context.log.error(
        `${this.#name} did not stop cleanly: ${messageOf(error)}`,
      );
    }
  }

  /** Of every window: the port must not change with the window that leads. */
  #hasLeftRange({ port }: Instance): boolean {
    return this.#runningIn.every(
      ([, { spec }]) => !isInRange(spec.settings.portRange, port),
    );
  }

  #set(state: SlotState): void {
    clearTimeout(this.#retry);
    const wasRunning = this.#state.kind === "running";
    this.#state = state;
    this.events.onDidChange();
    // Its name is taken, or free again.
    if (wasRunning !== (state.kind === "running")) this.events.onDidRename();
  }
}

function stoppedBy({ verdict, by }: Planned): SlotState {
  const because = verdict === "run" ? "settings" : verdict;
  return { kind: "stopped", because, by };
}
