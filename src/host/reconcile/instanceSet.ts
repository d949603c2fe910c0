// The instances of one window, each in exactly one state. Until shutdown only apply() starts or stops them, by plan.
import { messageOf, UserError } from "../../core/errors";
import { isInRange } from "../../core/system/ports";
import type { InstanceState, InstanceView, Pin } from "../contract";
import { Instance } from "../instance/instance";
import type { Plan, Planned } from "./plan";
import type { InstanceContext } from "../instance/instanceContext";

/** Milliseconds until a failed start is retried. */
const RETRY_AFTER = 30_000;

type SlotState =
  | Exclude<InstanceState, { kind: "running" }>
  | { readonly kind: "running"; readonly instance: Instance };

interface Slot {
  planned: Planned;
  state: SlotState;
}

export interface InstanceSetEvents {
  onDidChange(): void;
  onDidRequestStop(worktree: string): void;
  onDidRequestFocus(worktree: string): void;
  /** A failed start is due for a retry. */
  onDidBecomeDue(): void;
}

export class InstanceSet {
  readonly #slots = new Map<string, Slot>();
  readonly #restarts = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly context: InstanceContext,
    private readonly events: InstanceSetEvents,
  ) {}

  views(pins: ReadonlyMap<string, Pin>): InstanceView[] {
    return [...this.#slots].map(([worktree, { planned, state }]) => ({
      worktree,
      gitCommonDir: planned.spec.worktree.git?.gitCommonDir ?? null,
      name: state.kind === "running" ? state.instance.name : planned.spec.name,
      pin: pins.get(worktree) ?? null,
      state: state.kind === "running" ? state.instance.state : state,
      warning: planned.spec.worktree.warning,
    }));
  }

  state(worktree: string): SlotState | undefined {
    return this.#slots.get(worktree)?.state;
  }

  running(): Instance[] {
    return [...this.#slots.values()].flatMap(({ state }) =>
      state.kind === "running" ? [state.instance] : [],
    );
  }

  /** The next apply() stops it first. */
  requestRestart(worktree: string): void {
    this.#restarts.add(worktree);
  }

  /**
   * Stops what the plan does not run; starts and updates the rest, all in parallel. One call at a time. `retryFailed`
   * skips the delay after a failed start.
   */
  async apply(plan: Plan, retryFailed: boolean): Promise<void> {
    clearTimeout(this.#retry);
    const restarts = new Set(this.#restarts);
    this.#restarts.clear();
    for (const [worktree, planned] of plan) {
      const slot = this.#slots.get(worktree);
      if (slot) slot.planned = planned;
      else
        this.#slots.set(worktree, {
          planned,
          state: { kind: "stopped", because: "settings" },
        });
    }
    await Promise.all(
      [...this.#slots].map(async ([worktree, slot]) => {
        const planned = plan.get(worktree);
        if (planned?.verdict !== "run") {
          await this.#stop(slot);
          if (planned)
            this.#set(slot, { kind: "stopped", because: planned.verdict });
          else this.#slots.delete(worktree);
          return;
        }
        if (restarts.has(worktree) || isOutOfRange(slot))
          await this.#stop(slot);
        await this.#run(slot, retryFailed || restarts.has(worktree));
      }),
    );
    await this.#updateNames();
    this.events.onDidChange();
    this.#scheduleRetry();
  }

  /** Instances that this apply() started or stopped may change the names of others. */
  async #updateNames(): Promise<void> {
    await Promise.all(
      [...this.#slots.values()].map(async ({ planned, state }) => {
        if (state.kind === "running") await state.instance.update(planned.spec);
      }),
    );
  }

  /** Stops each instance once a successor has asked for its port, and the rest after `linger` milliseconds. */
  async lingerAll(linger: number): Promise<void> {
    const slots = [...this.#slots.values()];
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, linger);
    });
    await Promise.all(
      slots.map(async (slot) => {
        if (slot.state.kind !== "running") return;
        await Promise.race([slot.state.instance.awaitSuccessor(), timeout]);
        await this.#stop(slot);
      }),
    );
    clearTimeout(timer);
  }

  async stopAll(): Promise<void> {
    clearTimeout(this.#retry);
    await Promise.all(
      [...this.#slots.values()].map((slot) => this.#stop(slot)),
    );
  }

  async #run(slot: Slot, retryFailed: boolean): Promise<void> {
    const { spec } = slot.planned;
    const { state } = slot;
    try {
      if (state.kind === "running") {
        await state.instance.update(spec);
        return;
      }
      if (state.kind === "failed" && !retryFailed && state.retryAt > Date.now())
        return;
      this.#set(slot, { kind: "starting" });
      const worktree = spec.worktree.path;
      const instance = await Instance.start(spec, this.context, {
        onDidChange: () => {
          this.events.onDidChange();
        },
        onDidRequestStop: () => {
          this.events.onDidRequestStop(worktree);
        },
        onDidRequestFocus: () => {
          this.events.onDidRequestFocus(worktree);
        },
      });
      this.#set(slot, { kind: "running", instance });
    } catch (error) {
      await this.#stop(slot);
      this.context.log.error(
        `${spec.name}: ${error instanceof UserError ? error.message : ((error as Error).stack ?? messageOf(error))}`,
      );
      this.#set(slot, {
        kind: "failed",
        error: messageOf(error),
        retryAt: Date.now() + RETRY_AFTER,
      });
    }
  }

  async #stop(slot: Slot): Promise<void> {
    if (slot.state.kind !== "running") return;
    const { instance } = slot.state;
    this.#set(slot, { kind: "stopping" });
    try {
      await instance.stop();
    } catch (error) {
      this.context.log.error(
        `${slot.planned.spec.name} did not stop cleanly: ${messageOf(error)}`,
      );
    }
    this.#set(slot, { kind: "stopped", because: "settings" });
  }

  #set(slot: Slot, state: SlotState): void {
    slot.state = state;
    this.events.onDidChange();
  }

  #scheduleRetry(): void {
    const due = [...this.#slots.values()].flatMap(({ state }) =>
      state.kind === "failed" ? [state.retryAt] : [],
    );
    if (due.length > 0)
      this.#retry = setTimeout(
        () => {
          this.events.onDidBecomeDue();
        },
        Math.max(0, Math.min(...due) - Date.now()),
      );
  }
}

function isOutOfRange({ planned, state }: Slot): boolean {
  return (
    state.kind === "running" &&
    !isInRange(planned.spec.settings.portRange, state.instance.port)
  );
}
