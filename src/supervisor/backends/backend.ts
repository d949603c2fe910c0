// One backend of one worktree: started when somebody wants it, started again when it crashes, stopped when nobody does.
// A state machine of its own, so that a slow one delays no other.
import type { BackendState } from "../../core/backends/state";
import { backendFailed, backendStopped } from "../../core/backendErrors";
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";
import { backendStillThere } from "../../core/backendMessages";
import {
  type BackendSpec,
  endOf,
  type Hold,
  type ServedBackend,
  type StartContext,
} from "./backendSpec";
import type { BackendOutput } from "./output";
import { Linger } from "./linger";
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

export class Backend {
  readonly #policy = new RestartPolicy();
  #spec: BackendSpec;
  readonly #sessions = new Set<string>();
  readonly #waiting = new WaitingRequests();
  #state: BackendState = { kind: "stopped" };
  #served: ServedBackend | undefined;
  /** A sentence about what the last run has left; undefined: nothing. */
  #left: string | undefined;
  /** Ends what is going on: a start, a pause, or the serving itself. */
  #current = new AbortController();
  readonly #linger = new Linger(() => {
    if (!this.#isWanted) void this.#end();
  });
  #running: Promise<void> | undefined;
  /** The latest run, until nothing of it is left. */
  #run: Promise<void> = Promise.resolve();
  #isDisposed = false;
  #published: Promise<void> = Promise.resolve();

  constructor(private readonly options: BackendOptions) {
    this.#spec = options.spec;
  }

  get spec(): BackendSpec {
    return this.#spec;
  }

  /** What has changed without making it another backend, such as the environment. */
  renew(spec: BackendSpec): void {
    this.#spec = spec;
  }

  get state(): BackendState {
    return this.#state;
  }

  get served(): ServedBackend | undefined {
    return this.#state.kind === "ready" ? this.#served : undefined;
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
    // Who asks for one that has been given up wants it tried anew.
    if (this.#state.kind === "failed") this.#policy.forget();
    this.#linger.stop();
    const ready = this.#waiting.add(session, signal, () => {
      this.check();
    });
    if (this.#state.kind === "ready") this.#answer(this.#state);
    else {
      this.#policy.endPause();
      this.#ensureRunning();
    }
    return ready;
  }

  /** Resolves with whether it was the last one and nothing of the backend is left. */
  async release(session: string): Promise<"terminated" | "released"> {
    this.#sessions.delete(session);
    if (this.#isWanted || this.#startLingering()) return "released";
    await this.#end();
    return this.#left === undefined ? "terminated" : "released";
  }

  /** Starts it if a window has come to hold it, and stops it if nobody does. */
  check(): void {
    if (this.#isWanted) {
      this.#linger.stop();
      // One that has failed waits for somebody who asks for it.
      if (this.#state.kind !== "failed") this.#ensureRunning();
    } else if (!this.#startLingering()) void this.#end();
  }

  /** Ends every session and the backend. Resolves once nothing of it is left. */
  async stop(): Promise<void> {
    this.#sessions.clear();
    this.#waiting.reject(backendStopped(this.spec.definition.name));
    await this.#end();
    if (this.#left !== undefined) await this.#stopServed();
    if (this.#state.kind === "failed" && this.#left === undefined)
      this.#set({ kind: "stopped" });
    await this.#published;
  }

  /** Stops it for good. */
  dispose(): Promise<void> {
    this.#isDisposed = true;
    return this.stop();
  }

  /** Stops it if it runs, and starts it as if it had never failed. Resolves once it serves; its sessions stay. */
  async restart(signal?: AbortSignal): Promise<void> {
    this.#policy.forget();
    if (this.#state.kind === "ready") this.#set({ kind: "stopping" });
    this.#current.abort();
    await this.request(null, signal);
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
    if (this.#isDisposed || !this.#running || linger === 0) return false;
    if (this.options.hold() === "revoked") return false;
    this.#linger.start(linger);
    return true;
  }

  async #end(): Promise<void> {
    this.#linger.stop();
    // At once, so that nobody is given an address that is about to go.
    if (["starting", "ready"].includes(this.#state.kind))
      this.#set({ kind: "stopping" });
    this.#current.abort();
    // Not the loop: somebody may have asked for the next run.
    await this.#run;
    await this.#published;
  }

  #ensureRunning(): void {
    if (this.#isDisposed) return;
    this.#running ??= this.#runWhileWanted().finally(() => {
      this.#running = undefined;
      // Wanted again while the last of it ended.
      if (this.#waiting.size > 0) this.#ensureRunning();
    });
  }

  async #runWhileWanted(): Promise<void> {
    do await (this.#run = this.#runOnce());
    while (this.#isWanted && this.#state.kind !== "failed");
    // Nobody has waited for the next run.
    if (this.#state.kind !== "failed") this.#set({ kind: "stopped" });
  }

  /** From one start to the end of what it has started, and the pause after that. */
  async #runOnce(): Promise<void> {
    const { signal } = (this.#current = new AbortController());
    let servedFor = 0;
    let cause: unknown;
    this.#served = this.#left = undefined;
    this.#set({ kind: "starting", since: Date.now() });
    try {
      this.#served = await this.#start(signal);
      signal.throwIfAborted();
      const readyAt = performance.now();
      this.#announce(this.#served);
      cause = await endOf(this.#served, signal);
      servedFor = performance.now() - readyAt;
    } catch (error) {
      cause = error;
    }
    if (this.#served) this.#set({ kind: "stopping" });
    const left = await this.#stopServed();
    if (!signal.aborted) await this.#pauseAfter(cause, servedFor, signal);
    else if (left === undefined) this.#set({ kind: "stopped" });
    else this.#set({ kind: "failed", reason: left, tail: [] });
  }

  async #start(signal: AbortSignal): Promise<ServedBackend> {
    const { context, cleared, starts, output } = this.options;
    await cleared;
    return starts.run(
      () => startBackend(this.#spec, context, output, signal),
      signal,
    );
  }

  #announce({ pid, port, url, headers, warning }: ServedBackend): void {
    const { log } = this.options;
    const { name } = this.#spec.definition;
    log.info(`${name} serves on port ${port} (pid ${pid})`);
    if (warning !== null) log.warn(`${name}: ${warning}`);
    const state = {
      kind: "ready",
      since: Date.now(),
      ...{ pid, port, url, headers, warning },
    } as const;
    this.#set(state);
    this.#answer(state);
  }

  /** Returns #left. */
  async #stopServed(): Promise<string | undefined> {
    const { output, log } = this.options;
    if (!this.#served) return undefined;
    const left = await this.#served.stop().catch(messageOf);
    output.note(left ?? "ended");
    if (left === undefined) return (this.#served = this.#left = undefined);
    this.#left = backendStillThere(this.#spec.definition.name, left);
    log.error(this.#left);
    return this.#left;
  }

  async #pauseAfter(
    cause: unknown,
    servedFor: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { output, log } = this.options;
    const { definition, place } = this.#spec;
    const { tail } = output;
    const reason = messageOf(cause);
    output.note(reason);
    log.warn(`${definition.name}: ${reason}`);
    const pause = this.#policy.noteCrash(servedFor);
    // Those who have come since it crashed get the next run.
    if (servedFor === 0 || pause === undefined)
      this.#waiting.reject(
        backendFailed(definition.name, place.name, cause, tail),
      );
    // Somebody who has gone need not know how it has ended.
    if (servedFor > 0 && !this.#isWanted) {
      this.#set({ kind: "stopped" });
      return;
    }
    if (pause === undefined || !this.#isWanted) {
      this.#set({ kind: "failed", reason, tail });
      return;
    }
    // They need not wait.
    if (this.#waiting.size > 0) return;
    const { attempt } = this.#policy;
    this.#set({ kind: "backoff", attempt, until: Date.now() + pause, reason });
    await this.#policy.pause(pause, signal);
    if (signal.aborted) this.#set({ kind: "stopped" });
  }

  /** From now on those who have waited hold it, if they have sessions. */
  #answer(state: ReadyState): void {
    for (const session of this.#waiting.resolve(state))
      this.#sessions.add(session);
    // Those who wanted it may have gone while it started.
    if (!this.#isWanted) this.check();
  }

  #set(state: BackendState): void {
    if (this.#state.kind === "stopped" && state.kind === "stopped") return;
    this.#state = state;
    this.#published = this.options.onDidChange();
  }
}
