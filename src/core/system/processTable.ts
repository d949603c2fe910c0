// Identifies many processes again and again at little cost: where asking the system takes a process of its own, it is
// asked only about a pid that is new, or was gone.
import {
  identifyProcesses,
  pidExists,
  type ProcessIdentity,
  type System,
  thisSystem,
} from "./processIdentity";

/** Milliseconds. A pid that nobody has checked for longer may be another process by now. */
const FORGET_AFTER = 10_000;

interface KnownProcess {
  readonly identity: ProcessIdentity;
  /** By the monotonic clock. */
  readonly checkedAt: number;
}

export class ProcessTable {
  readonly #known = new Map<number, KnownProcess>();

  constructor(private readonly system: System = thisSystem) {}

  /**
   * The identities of the running ones among these. A pid that exists and is missing here could not be identified.
   */
  async identify(
    pids: Iterable<number>,
  ): Promise<ReadonlyMap<number, ProcessIdentity>> {
    const now = performance.now();
    const running = new Set([...pids].filter(pidExists));
    const identities = new Map<number, ProcessIdentity>();
    const unknown: number[] = [];
    for (const pid of running) {
      const known = this.#known.get(pid);
      if (known && now - known.checkedAt < FORGET_AFTER)
        identities.set(pid, known.identity);
      else unknown.push(pid);
    }
    if (unknown.length > 0)
      for (const [pid, identity] of await identifyProcesses(
        unknown,
        this.system,
      ))
        identities.set(pid, identity);
    this.#remember(pids, identities, now);
    return identities;
  }

  #remember(
    asked: Iterable<number>,
    identities: ReadonlyMap<number, ProcessIdentity>,
    checkedAt: number,
  ): void {
    // There it costs nothing to ask, and so nothing is taken on trust.
    if (this.system.platform === "linux") return;
    for (const pid of asked) {
      const identity = identities.get(pid);
      if (identity) this.#known.set(pid, { identity, checkedAt });
      else this.#known.delete(pid);
    }
  }
}
