// The instances of one window by worktree. Until shutdown only a plan, or a restart, starts or stops them.
import type { InstanceView, Pin } from "../contract";
import type { Instance } from "../instance/instance";
import type { InstanceContext } from "../instance/instanceContext";
import { InstanceSlot, type SlotState } from "./instanceSlot";
import type { Plan, Planned } from "./plan";

export interface InstanceSetEvents {
  onDidChange(): void;
  onDidRequestStop(worktree: string): void;
  onDidRequestFocus(worktree: string): void;
}

export class InstanceSet {
  readonly #slots = new Map<string, InstanceSlot>();

  constructor(
    private readonly context: InstanceContext,
    private readonly events: InstanceSetEvents,
  ) {}

  views(pins: ReadonlyMap<string, Pin>): InstanceView[] {
    // One that has ended and stopped is about to be forgotten: no setting has stopped it.
    const known = [...this.#slots].filter(
      ([, { isEnded, state }]) => !isEnded || state.kind !== "stopped",
    );
    return known.map(([worktree, { spec, state }]) => ({
      worktree,
      gitCommonDir: spec.worktree.git?.gitCommonDir ?? null,
      name: state.kind === "running" ? state.instance.name : spec.name,
      pin: pins.get(worktree) ?? null,
      state: state.kind === "running" ? state.instance.state : state,
      warning: spec.worktree.warning,
    }));
  }

  state(worktree: string): SlotState | undefined {
    return this.#slots.get(worktree)?.state;
  }

  /** The worktree's instance, if it runs. */
  get(worktree: string): Instance | undefined {
    const state = this.state(worktree);
    return state?.kind === "running" ? state.instance : undefined;
  }

  running(): Instance[] {
    return [...this.#slots.values()].flatMap(({ state }) =>
      state.kind === "running" ? [state.instance] : [],
    );
  }

  /** Begins to stop what the plan does not run, and to start and update the rest. See settled() and InstanceSlot.apply. */
  apply(plan: Plan, retryFailed: boolean): void {
    for (const [worktree, slot] of this.#slots)
      if (!plan.has(worktree)) void this.#remove(worktree, slot);
    for (const [worktree, planned] of plan)
      this.#slotFor(worktree, planned).apply(planned, retryFailed);
    this.events.onDidChange();
  }

  restart(worktree: string): void {
    this.#slots.get(worktree)?.restart();
  }

  /** Resolves once the worktree, or each of them, is as the last plan wants it, or has failed to be. */
  async settled(worktree?: string): Promise<void> {
    for (;;) {
      const settling = [...this.#slots]
        .filter(([each]) => worktree === undefined || each === worktree)
        .flatMap(([, slot]) => slot.settling ?? []);
      if (settling.length === 0) return;
      // What settles may change the names of others.
      await Promise.all(settling);
    }
  }

  /** Keeps serving each instance until a successor asks for its port, but no longer than `linger` milliseconds. */
  async lingerAll(linger: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const lingered = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, linger);
    });
    await Promise.all(
      [...this.#slots.values()].map(async (slot) => {
        if (slot.state.kind === "running")
          await Promise.race([slot.state.instance.awaitSuccessor(), lingered]);
        slot.end();
        await slot.settling;
      }),
    );
    clearTimeout(timer);
  }

  async endAll(): Promise<void> {
    for (const slot of this.#slots.values()) slot.end();
    await this.settled();
  }

  async #remove(worktree: string, slot: InstanceSlot): Promise<void> {
    slot.end();
    await slot.settling;
    // Unless a newer plan has brought it back.
    if (!slot.isEnded || this.#slots.get(worktree) !== slot) return;
    this.#slots.delete(worktree);
    this.events.onDidChange();
  }

  #slotFor(worktree: string, planned: Planned): InstanceSlot {
    const known = this.#slots.get(worktree);
    if (known) return known;
    const slot = new InstanceSlot(planned, this.context, {
      onDidChange: () => {
        this.events.onDidChange();
      },
      onDidRename: () => {
        for (const each of this.#slots.values()) each.updateName();
      },
      onDidRequestStop: () => {
        this.events.onDidRequestStop(worktree);
      },
      onDidRequestFocus: () => {
        this.events.onDidRequestFocus(worktree);
      },
      onDidFail: () => {
        slot.restart();
      },
    });
    this.#slots.set(worktree, slot);
    return slot;
  }
}
