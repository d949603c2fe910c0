// The windows that run one worktree's instance. The one focused last leads: it acts for the agents, and they see its state.
import { EventEmitter, once } from "node:events";
import type { InstanceRecord } from "../../core/registry/formats";
import { noWindow } from "../../core/errors";
import type { InstanceSpec, InstanceWindow } from "./instanceContext";

/** A window, and how it wants the instance. */
export interface RunningWindow {
  readonly window: InstanceWindow;
  readonly spec: InstanceSpec;
}

export class InstanceWindows {
  readonly #changed = new EventEmitter().setMaxListeners(0);
  readonly #ended = new AbortController();
  #all: readonly RunningWindow[];
  #lead: RunningWindow;

  /** At least one. */
  constructor(all: readonly RunningWindow[]) {
    this.#all = inOrder(all);
    const [lead] = this.#all;
    if (!lead) throw new Error("Nobody wants this instance.");
    this.#lead = lead;
  }

  /** To be called also when one of them was focused, or is gone. */
  replace(all: readonly RunningWindow[]): void {
    this.#all = inOrder(all);
    // With nobody left it stops, and is what it was until then.
    this.#lead = this.#all[0] ?? this.#lead;
    this.#changed.emit("change");
  }

  get lead(): RunningWindow {
    return this.#lead;
  }

  /** The windows that are there, the lead first. */
  get attached(): RunningWindow[] {
    return inOrder(this.#all).filter(({ window }) => !window.gone.aborted);
  }

  /** What those that are there say of themselves, the lead first. */
  get identities(): InstanceRecord["windows"] {
    return this.attached.map(({ window, spec }, index) => ({
      ...spec.window,
      pid: window.parentPid,
      lead: index === 0,
    }));
  }

  /** The lead, as soon as a window is there. Throws a UserError once no window is going to come, and an AbortError. */
  async attachedLead(signal?: AbortSignal): Promise<InstanceWindow> {
    const ended = this.#ended.signal;
    const either = signal ? AbortSignal.any([signal, ended]) : ended;
    for (;;) {
      signal?.throwIfAborted();
      if (ended.aborted) throw noWindow(this.lead.spec.name);
      const [lead] = this.attached;
      if (lead) return lead.window;
      await once(this.#changed, "change", { signal: either }).catch(
        () => undefined,
      );
    }
  }

  /** Ends every wait for a window. */
  dispose(): void {
    this.#ended.abort();
  }
}

/** Those that are there first, then the one focused last. */
function inOrder(windows: readonly RunningWindow[]): RunningWindow[] {
  return [...windows].sort(
    ({ window: a }, { window: b }) =>
      Number(a.gone.aborted) - Number(b.gone.aborted) ||
      b.focusedAt - a.focusedAt,
  );
}
