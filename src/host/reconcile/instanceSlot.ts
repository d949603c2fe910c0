// One worktree's place for an instance: a state machine of its own, so that a slow one delays no other.
import { messageOf, UserError } from "../../core/errors";
import { isInRange } from "../../core/system/ports";
import type { InstanceState } from "../contract";
import { Instance } from "../instance/instance";
import type {
  InstanceContext,
  InstanceEvents,
} from "../instance/instanceContext";
import type { Planned } from "./plan";

/** Milliseconds until a failed start is retried. */
const RETRY_AFTER = 30_000;

export type SlotState =
  | Exclude<InstanceState, { kind: "running" }>
  | { readonly kind: "running"; readonly instance: Instance };

export class InstanceSlot {
  #state: SlotState = { kind: "stopped", because: "settings" };
  #isEnded = false;
  #mustRestart = false;
  #mustRetry = false;
  /** The plan has not been applied to the running instance yet. */
  #mustUpdate = false;
  #converging: Promise<void> | undefined;
  #starting: AbortController | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(
    private planned: Planned,
    private readonly context: InstanceContext,
    private readonly events: InstanceEvents,
  ) {}

  get state(): SlotState {
    return this.#state;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get spec() {
    return this.planned.spec;
  }

  /** Resolves once the instance is as it was last asked to be, or has failed to be; undefined if it is already. */
  get settling(): Promise<void> | undefined {
    return this.#converging;
  }

  /** `retryFailed` skips the delay after a failed start. */
  apply(planned: Planned, retryFailed: boolean): void {
    this.planned = planned;
    this.#isEnded = false;
    this.#mustRetry ||= retryFailed;
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

  /** Stops the instance; an unfinished start is aborted. A later plan may start it again. */
  end(): void {
    this.#isEnded = true;
    this.#converge();
  }

  get #isWanted(): boolean {
    return !this.#isEnded && this.planned.verdict === "run";
  }

  #converge(): void {
    if (!this.#isWanted || this.#mustRestart) this.#starting?.abort();
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
      if (!this.#isWanted || this.#mustRestart || this.#hasLeftRange(instance))
        return () => this.#stop(instance);
      if (this.#mustUpdate) return () => this.#applySpec(instance);
      return undefined;
    }
    if (this.#isWanted) {
      const isDue = state.kind !== "failed" || this.#mustRetry;
      return isDue ? () => this.#start() : undefined;
    }
    const { verdict } = this.planned;
    const because = verdict === "run" ? "settings" : verdict;
    if (state.kind !== "stopped" || state.because !== because)
      this.#set({ kind: "stopped", because });
    return undefined;
  }

  async #start(): Promise<void> {
    this.#mustRestart = false;
    this.#mustRetry = false;
    this.#mustUpdate = false;
    const starting = new AbortController();
    this.#starting = starting;
    this.#set({ kind: "starting" });
    try {
      const instance = await Instance.start(
        this.spec,
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
    const detail =
      error instanceof UserError
        ? error.message
        : ((error as Error).stack ?? messageOf(error));
    log.error(`${this.spec.name}: ${detail}`);
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
    this.#mustUpdate = true;
    this.#converge();
  }

  async #applySpec(instance: Instance): Promise<void> {
    this.#mustUpdate = false;
    await instance.update(this.spec);
  }

  async #stop(instance: Instance): Promise<void> {
    this.#set({ kind: "stopping" });
    try {
      await instance.stop();
    } catch (error) {
      this.context.log.error(
        `${this.spec.name} did not stop cleanly: ${messageOf(error)}`,
      );
    }
  }

  #hasLeftRange({ port }: Instance): boolean {
    return !isInRange(this.spec.settings.portRange, port);
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
