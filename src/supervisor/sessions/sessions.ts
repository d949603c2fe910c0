// The sessions of programs: each holds one backend until it is released, or until the process that it names has ended.
import { randomUUID } from "node:crypto";
import { noSuchProcess, tooManySessions } from "../../core/backendErrors";
import { pidExists } from "../../core/system/processIdentity";
import { ProcessTable } from "../../core/system/processTable";
import type { Backend } from "../backends/backend";
import type { ReadyState } from "../backends/waitingRequests";

export interface Session {
  readonly id: string;
  readonly backend: Backend;
  /** The process that it ends with; null: none. */
  readonly holder: Holder | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

interface Holder {
  readonly pid: number;
  /** See ProcessStart; undefined where the system does not tell. */
  readonly start: string | undefined;
}

export type Released = "terminated" | "released" | "already_gone";

export const MAX_SESSIONS = 500;
/** Milliseconds between looks at the processes that sessions end with. */
const LOOK_EVERY = 1_000;
/** Of those that have ended; older ones are as if they had never been. */
const MAX_REMEMBERED = 10_000;

export class Sessions {
  readonly #open = new Map<string, Session>();
  readonly #gone = new Set<string>();
  readonly #processes = new ProcessTable();
  #pending = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly onDidChange: () => void) {}

  get all(): readonly Session[] {
    return [...this.#open.values()];
  }

  /** Also those whose backend is still starting. */
  get count(): number {
    return this.#open.size + this.#pending;
  }

  /** Whether one holds a backend of the worktree. */
  areOn(worktree: string): boolean {
    return this.all.some(
      ({ backend }) => backend.spec.place.worktree === worktree,
    );
  }

  /**
   * Starts the backend where it does not run. Rejects with a UserError if it does not come up, there is no such process, or
   * there are too many sessions.
   */
  async open(
    backend: Backend,
    pid: number | null,
    signal: AbortSignal,
  ): Promise<{ readonly session: Session; readonly state: ReadyState }> {
    if (this.count >= MAX_SESSIONS) throw tooManySessions(MAX_SESSIONS);
    const id = randomUUID();
    this.#pending += 1;
    try {
      // Now: by the time the backend serves, the pid may be another process's.
      const holder = pid === null ? null : await this.#identify(pid);
      const state = await backend.request(id, signal);
      const session = { id, backend, holder, startedAt: Date.now() };
      this.#open.set(id, session);
      this.#watch();
      this.onDidChange();
      return { session, state };
    } finally {
      this.#pending -= 1;
    }
  }

  /** undefined: there never was such a session. */
  async release(id: string): Promise<Released | undefined> {
    const session = this.#open.get(id);
    if (!session) return this.#gone.has(id) ? "already_gone" : undefined;
    this.#forget(session);
    return session.backend.release(id);
  }

  /** The backend has been stopped by a person, and every session on it ends. */
  endAllOf(backend: Backend): void {
    for (const session of this.all)
      if (session.backend === backend) this.#forget(session);
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  #forget({ id }: Session): void {
    this.#open.delete(id);
    this.#gone.add(id);
    const [oldest] = this.#gone;
    if (this.#gone.size > MAX_REMEMBERED && oldest !== undefined)
      this.#gone.delete(oldest);
    this.#watch();
    this.onDidChange();
  }

  async #identify(pid: number): Promise<Holder> {
    if (!pidExists(pid)) throw noSuchProcess(pid);
    return { pid, start: (await this.#processes.identify([pid])).get(pid) };
  }

  /** Looks only while a session ends with a process. */
  #watch(): void {
    if (this.all.some(({ holder }) => holder !== null))
      this.#timer ??= setInterval(() => void this.#check(), LOOK_EVERY);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  async #check(): Promise<void> {
    const held = this.all.flatMap(({ id, holder }) =>
      holder === null ? [] : [{ id, ...holder }],
    );
    const starts = await this.#processes.identify(held.map(({ pid }) => pid));
    for (const { id, pid, start } of held) {
      const now = starts.get(pid);
      // Where the system does not tell, it is the one that it was.
      const isOther = now !== undefined && start !== undefined && now !== start;
      const isGone = !pidExists(pid) || isOther;
      if (isGone) void this.release(id);
    }
  }
}
