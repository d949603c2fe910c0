// All processes of one backend: those of its group, those that descend from its first one, and those that carry its mark,
// however they have left the others.
import { setTimeout as delay } from "node:timers/promises";
import {
  identifyProcesses,
  pidExists,
} from "../../core/system/processIdentity";
import {
  listProcesses,
  withDescendants,
  withVariable,
} from "../../core/system/processList";

/** In the environment of every process of a backend: its id, and a text that is another one at each start. */
export const MARK = "BERTH_BACKEND";
export const RUN_MARK = "BERTH_BACKEND_RUN";

/** Milliseconds between the polite request to end and the end. */
const TERM_TIME = 3_000;
/** Milliseconds in which the system ends a killed process, unless it hangs in a driver. */
const KILL_TIME = 5_000;
const LOOK_EVERY = process.platform === "linux" ? 25 : 200;

interface Leader {
  readonly pid: number;
  /** See processIdentity.ts. */
  readonly start: string;
}

export class BackendTree {
  /** The start of each process that was ever seen, by pid. */
  readonly #seen = new Map<number, string>();

  /**
   * `mark` is a variable in the environment of all, and its value. `leader` is its first process and, but on Windows, its
   * group's; null: it has ended, and its pid may be another's. `spared` is not ended with the others.
   */
  constructor(
    private readonly mark: readonly [variable: string, value: string],
    private readonly leader: Leader | null,
    private readonly spared: () => number | undefined = () => undefined,
  ) {
    if (leader) this.#seen.set(leader.pid, leader.start);
  }

  /** TERM, then KILL after 3 s, until none is left. Returns how many the system could not end. */
  async end(): Promise<number> {
    for (const [signal, time] of [
      ["SIGTERM", TERM_TIME],
      ["SIGKILL", KILL_TIME],
    ] as const) {
      const told = new Set<number>();
      const until = performance.now() + time;
      do {
        const members = await this.find();
        if (members.size === 0) return 0;
        for (const pid of members) if (!told.has(pid)) send(pid, signal);
        for (const pid of members) told.add(pid);
        await this.#ended(until);
      } while (performance.now() < until);
    }
    return (await this.find()).size;
  }

  /** Looks at all processes of the machine, and returns those of the backend that run. */
  async find(): Promise<ReadonlySet<number>> {
    const processes = await listProcesses();
    const roots = new Set([
      ...this.#seen.keys(),
      ...withVariable(...this.mark),
    ]);
    const { leader } = this;
    if (leader)
      for (const { pid, group } of processes)
        if (group === leader.pid || pid === leader.pid) roots.add(pid);
    const members = withDescendants(await this.#running(roots), processes);
    const spared = this.spared();
    if (spared !== undefined) members.delete(spared);
    for (const [pid, start] of await identifyProcesses([...members]))
      if (!this.#seen.has(pid)) this.#seen.set(pid, start);
    return members;
  }

  /** A pid that was seen with another start is another process now, and so are its descendants. */
  async #running(pids: Iterable<number>): Promise<number[]> {
    const starts = await identifyProcesses([...pids].filter(pidExists));
    return [...starts]
      .filter(([pid, start]) => (this.#seen.get(pid) ?? start) === start)
      .map(([pid]) => pid);
  }

  /** Waits until none of those seen runs but the spared one, which costs little to ask. */
  async #ended(until: number): Promise<void> {
    while (performance.now() < until) {
      const running = await this.#running(this.#seen.keys());
      const spared = this.spared();
      if (running.every((pid) => pid === spared)) return;
      await delay(LOOK_EVERY);
    }
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile, or is another user's by its own doing.
  }
}
