// One backend of one worktree: started when somebody wants it, started again when it crashes, stopped when nobody does.
// A state machine of its own, so that a slow one delays no other.
import { setTimeout as delay } from "node:timers/promises";
import type { BackendState } from "../../core/backends/state";
import { backendFailed, backendStopped } from "../../core/backendErrors";
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";
import { backendStillThere } from "../../core/backendMessages";
import type { BackendSpec, ServedBackend, StartContext } from "./backendSpec";
import type { BackendOutput } from "./output";
import { RestartPolicy } from "./restartPolicy";
import { startBackend } from "./startBackend";
import type { StartQueue } from "./startQueue";
import { type ReadyState, WaitingRequests } from "./waitingRequests";

export interface BackendOptions {
  readonly spec: BackendSpec;
  readonly context: StartContext;
  /** See BackendSetOptions. */
  readonly cleared: Promise<void>;
  readonly starts: StartQueue;
  readonly output: BackendOutput;
  /** What windows say of it; check() is called when that may have changed. */
  readonly hold: () => Hold;
  /** Resolves once others can read of it. */
  readonly onDidChange: () => Promise<void>;
  readonly log: Log;
}

/** "unheld": it goes on for its linger. "revoked": it is not defined so any more, and ends with its last session. */
export type Hold = "held" | "unheld" | "revoked";

export class Backend {
  readonly #policy = new RestartPolicy();
  readonly #sessions = new Set<string>();
  readonly #waiting = new WaitingRequests();
  #state: BackendState = { kind: "stopped" };
  #served: ServedBackend | undefined;
  /** Ends what is going on: a start, a pause, or the serving itself. */
  #current = new AbortController();
  /** Ends the pause after a crash. */
  #pause = new AbortController();
  #linger: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isDisposed = false;
  /** The latest state. */
  #published: Promise<void> = Promise.resolve();

  constructor(private readonly options: BackendOptions) {}

  get spec(): BackendSpec {
    return this.options.spec;
  }

  get output(): BackendOutput {
    return this.options.output;
  }

  get state(): BackendState {
    return this.#state;
  }

  get served(): ServedBackend | undefined {
    return this.#served;
  }

  get sessions(): ReadonlySet<string> {
    return this.#sessions;
  }

  /**
   * Starts it unless it runs; resolves once it serves, from when on the session holds it. Rejects with a UserError if it does
   * not come up, and with the signal's reason.
   */
  async request(
    session: string | null,
    signal?: AbortSignal,
  ): Promise<ReadyState> {
    signal?.throwIfAborted();
    if (this.#isDisposed) throw backendStopped(this.spec.definition.name);
    this.#stopLingering();
    const ready = this.#waiting.add(session, signal, () => {
      this.check();
    });
    if (this.#state.kind === "ready") this.#hold(this.#state);
    else {
      this.#pause.abort();
      this.#ensureRunning();
    }
    return ready;
  }

  /** Resolves with whether it was the last one and nothing of the backend is left. */
  async release(session: string): Promise<"terminated" | "released"> {
    this.#sessions.delete(session);
    if (this.#isWanted || this.#startLingering()) return "released";
    await this.#end();
    return "terminated";
  }

  /** Starts it if a window has come to hold it, and stops it if nobody does. */
  check(): void {
    if (this.#isWanted) {
      this.#stopLingering();
      // One that has failed waits for somebody who asks for it.
      if (this.#state.kind !== "failed") this.#ensureRunning();
    } else if (!this.#startLingering()) void this.#end();
  }

  /** Ends every session and the backend. Resolves once nothing of it is left. */
  async stop(): Promise<void> {
    this.#sessions.clear();
    this.#waiting.reject(backendStopped(this.spec.definition.name));
    await this.#end();
    this.#set({ kind: "stopped" });
    await this.#published;
  }

  /** Stops it for good. */
  dispose(): Promise<void> {
    this.#isDisposed = true;
    return this.stop();
  }

  /** Stops it if it runs, and starts it as if it had never failed. Resolves once it serves; its sessions stay. */
  async restart(): Promise<ReadyState> {
    this.#policy.forget();
    if (this.#state.kind === "ready") this.#set({ kind: "stopping" });
    const ready = this.request(null);
    this.#current.abort();
    this.#ensureRunning();
    return ready;
  }

  get #isWanted(): boolean {
    if (this.#isDisposed) return false;
    return (
      this.#waiting.size > 0 ||
      this.#sessions.size > 0 ||
      this.options.hold() === "held"
    );
  }

  /** False: it is to end now. */
  #startLingering(): boolean {
    const { linger } = this.spec.definition;
    if (!this.#running || linger === 0 || this.options.hold() === "revoked")
      return false;
    this.#linger ??= setTimeout(() => {
      this.#linger = undefined;
      if (!this.#isWanted) void this.#end();
    }, 1_000 * linger);
    return true;
  }

  #stopLingering(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
  }

  async #end(): Promise<void> {
    this.#stopLingering();
    this.#current.abort();
    await this.#running;
    if (this.#state.kind !== "failed") this.#set({ kind: "stopped" });
    await this.#published;
  }

  #ensureRunning(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // Wanted again while the last of it ended.
      if (this.#waiting.size > 0) this.#ensureRunning();
    });
  }

  async #run(): Promise<void> {
    do await this.#runOnce();
    while (this.#isWanted && this.#state.kind !== "failed");
    // Nobody has waited for the end of the pause.
    if (this.#state.kind === "backoff") this.#set({ kind: "stopped" });
  }

  /** From one start to the end of what it has started, and the pause after that. */
  async #runOnce(): Promise<void> {
    const { signal } = (this.#current = new AbortController());
    let servedFor = 0;
    let cause: unknown;
    this.#set({ kind: "starting", since: Date.now() });
    try {
      this.#served = await this.#start(signal);
      const readyAt = performance.now();
      this.#announce(this.#served);
      cause = await endOf(this.#served, signal);
      servedFor = performance.now() - readyAt;
    } catch (error) {
      cause = error;
    }
    if (signal.aborted) this.#set({ kind: "stopping" });
    await this.#stopServed();
    if (signal.aborted) this.#set({ kind: "stopped" });
    else await this.#pauseAfter(cause, servedFor, signal);
  }

  async #start(signal: AbortSignal): Promise<ServedBackend> {
    const { spec, context, cleared, starts, output } = this.options;
    await cleared;
    return starts.run(
      () => startBackend(spec, context, output, signal),
      signal,
    );
  }

  #announce({ pid, port, url, headers, warning }: ServedBackend): void {
    const { spec, log } = this.options;
    const { name } = spec.definition;
    log.info(`${name} serves on port ${port} (pid ${pid})`);
    if (warning !== null) log.warn(`${name}: ${warning}`);
    const state = { kind: "ready", pid, port, url, headers, warning } as const;
    this.#set(state);
    this.#hold(state);
  }

  async #stopServed(): Promise<void> {
    const { spec, output, log } = this.options;
    if (!this.#served) return;
    const left = await this.#served.stop();
    this.#served = undefined;
    output.note("ended");
    if (left !== undefined)
      log.error(backendStillThere(spec.definition.name, left));
  }

  async #pauseAfter(
    cause: unknown,
    servedFor: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { spec, output, log } = this.options;
    const { definition, place } = spec;
    const { tail } = output;
    const reason = messageOf(cause);
    output.note(reason);
    log.warn(`${definition.name}: ${reason}`);
    this.#waiting.reject(
      backendFailed(definition.name, place.name, cause, tail),
    );
    const pause = this.#policy.noteCrash(servedFor);
    // Somebody who has gone need not know how it has ended.
    if (servedFor > 0 && !this.#isWanted) {
      this.#set({ kind: "stopped" });
      return;
    }
    if (pause === undefined || !this.#isWanted) {
      this.#set({ kind: "failed", reason, tail });
      return;
    }
    const { attempt } = this.#policy;
    this.#set({ kind: "backoff", attempt, until: Date.now() + pause, reason });
    this.#pause = new AbortController();
    await delay(pause, undefined, {
      signal: AbortSignal.any([signal, this.#pause.signal]),
    }).catch(() => undefined);
  }

  /** From now on those who have waited hold it. */
  #hold(state: ReadyState): void {
    for (const session of this.#waiting.resolve(state))
      this.#sessions.add(session);
  }

  #set(state: BackendState): void {
    if (this.#state.kind === "stopped" && state.kind === "stopped") return;
    this.#state = state;
    this.#published = this.options.onDidChange();
  }
}

/** A sentence; rejects if it is to end. */
function endOf(served: ServedBackend, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    void served.ended.then(resolve);
  });
}
