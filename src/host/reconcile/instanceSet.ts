// All instances of this host, by worktree. Until shutdown only windows' plans, or a restart, start or stop them.
import type { InstanceView, Stopper } from "../contract";
import type { Instance } from "../instance/instance";
import type {
  InstanceContext,
  InstanceWindow,
} from "../instance/instanceContext";
import { InstanceSlot, type SlotState } from "./instanceSlot";
import type { Pins, Plan } from "./plan";

export interface InstanceSetEvents {
  onDidChange(): void;
  /** Asked for by another process; the discovery files are gone already. */
  onDidRequestStop(worktree: string, by: Stopper): void;
}

export class InstanceSet {
  readonly #slots = new Map<string, InstanceSlot>();
  /** undefined since a slot has changed. */
  #running: readonly Instance[] | undefined;

  constructor(
    private readonly context: InstanceContext,
    private readonly events: InstanceSetEvents,
  ) {}

  /** The worktrees that the window knows. */
  viewsFor(window: InstanceWindow, pins: Pins): InstanceView[] {
    return [...this.#slots].flatMap(([worktree, slot]) => {
      const spec = slot.specOf(window);
      if (!spec) return [];
      const state = slot.stateFor(window);
      return {
        worktree,
        gitCommonDir: spec.worktree.git?.gitCommonDir ?? null,
        repository: spec.worktree.git?.repository ?? null,
        name: state.kind === "running" ? state.instance.name : spec.name,
        pin: pins.get(worktree)?.pin ?? null,
        state: state.kind === "running" ? state.instance.state : state,
        warning: spec.worktree.warning,
      };
    });
  }

  /** As the window shows it. */
  stateFor(window: InstanceWindow, worktree: string): SlotState | undefined {
    return this.#slots.get(worktree)?.stateFor(window);
  }

  /** The worktree's instance, if it runs and the window wants it. */
  get(window: InstanceWindow, worktree: string): Instance | undefined {
    const state = this.stateFor(window, worktree);
    return state?.kind === "running" ? state.instance : undefined;
  }

  running(): readonly Instance[] {
    // Each of many instances asks for all others.
    return (this.#running ??= [...this.#slots.values()].flatMap(({ state }) =>
      state.kind === "running" ? [state.instance] : [],
    ));
  }

  /** The worktrees that have an instance, or are about to. */
  get wanted(): string[] {
    return [...this.#slots].flatMap(([worktree, slot]) =>
      slot.isWanted ? [worktree] : [],
    );
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0;
  }

  /** Begins to start, stop and update what the window's new plan says. See settled() and InstanceSlot.apply. */
  apply(window: InstanceWindow, plan: Plan, retryFailed: boolean): void {
    for (const [worktree, slot] of this.#slots)
      if (!plan.has(worktree)) this.#release(window, worktree, slot);
    for (const [worktree, planned] of plan)
      this.#slotFor(worktree).apply(window, planned, retryFailed);
    this.events.onDidChange();
  }

  /** The window was focused, or is gone. */
  refresh(window: InstanceWindow): void {
    for (const [worktree, slot] of this.#slots) {
      slot.refresh(window);
      if (slot.isEmpty) void this.#remove(worktree, slot);
    }
    this.events.onDidChange();
  }

  restart(worktree: string): void {
    this.#slots.get(worktree)?.restart();
  }

  /** Resolves once the worktree, or each of them, is as the last plans want it, or has failed to be. */
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

  async endAll(): Promise<void> {
    for (const slot of this.#slots.values()) slot.end();
    await this.settled();
  }

  #release(window: InstanceWindow, worktree: string, slot: InstanceSlot): void {
    slot.release(window);
    if (slot.isEmpty) void this.#remove(worktree, slot);
  }

  async #remove(worktree: string, slot: InstanceSlot): Promise<void> {
    await slot.settling;
    // Unless a newer plan has brought it back.
    if (!slot.isEmpty || this.#slots.get(worktree) !== slot) return;
    this.#slots.delete(worktree);
    this.#running = undefined;
    this.events.onDidChange();
  }

  #slotFor(worktree: string): InstanceSlot {
    const known = this.#slots.get(worktree);
    if (known) return known;
    const slot = new InstanceSlot(this.context, {
      onDidChange: () => {
        this.#running = undefined;
        this.events.onDidChange();
      },
      onDidRename: () => {
        for (const each of this.#slots.values()) each.updateName();
      },
      onDidRequestStop: (by) => {
        this.events.onDidRequestStop(worktree, by);
      },
      onDidFail: () => {
        slot.restart();
      },
    });
    this.#slots.set(worktree, slot);
    return slot;
  }
}
