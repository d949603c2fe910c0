// Identifies many processes again and again at little cost: where asking the system takes a process of its own, it is
// asked only about a pid that is new, or was gone.
import {
  identifyProcesses,
  pidExists,
  type ProcessStart,
  type System,
  thisSystem,
} from "./processIdentity";

/** Milliseconds. A pid that nobody has checked for longer may be another process by now. */
const FORGET_AFTER = 10_000;

interface KnownProcess {
  readonly start: ProcessStart;
  /** By the monotonic clock. */
  readonly checkedAt: number;
}

export class ProcessTable {
  readonly #known = new Map<number, KnownProcess>();

  constructor(private readonly system: System = thisSystem) {}

  /**
   * The starts of the running ones among these. A pid that exists and is missing here could not be identified.
   */
  async identify(
    pids: Iterable<number>,
  ): Promise<ReadonlyMap<number, ProcessStart>> {
    const now = performance.now();
    const running = new Set([...pids].filter(pidExists));
    const starts = new Map<number, ProcessStart>();
    const unknown: number[] = [];
    for (const pid of running) {
      const known = this.#known.get(pid);
      if (known && now - known.checkedAt < FORGET_AFTER)
        starts.set(pid, known.start);
      else unknown.push(pid);
    }
    if (unknown.length > 0)
      for (const [pid, start] of await identifyProcesses(unknown, this.system))
        starts.set(pid, start);
    this.#remember(pids, starts, now);
    return starts;
  }

  #remember(
    asked: Iterable<number>,
    starts: ReadonlyMap<number, ProcessStart>,
    checkedAt: number,
  ): void {
    // There it costs nothing to ask, and so nothing is taken on trust.
    if (this.system.platform === "linux") return;
    for (const pid of asked) {
      const start = starts.get(pid);
      if (start !== undefined) this.#known.set(pid, { start, checkedAt });
      else this.#known.delete(pid);
    }
  }
}
