// All backends of a supervisor, by id, and their records.
import { messageOf } from "../../core/errors";
import { backendStopped } from "../../core/backendErrors";
import type { BackendDefinition } from "../../core/backends/definition";
import { type Log, prefixed } from "../../core/log";
import type {
  BackendRecord,
  BackendRecords,
} from "../../core/registry/backendRecords";
import { Backend } from "./backend";
import type { BackendLogs } from "./backendLogs";
import {
  type BackendPlace,
  type Hold,
  specOf,
  type StartContext,
} from "./backendSpec";
import { BackendOutput } from "./output";
import { StartQueue } from "./startQueue";

export interface BackendSetOptions {
  readonly home: string;
  readonly records: BackendRecords;
  readonly supervisor: BackendRecord["supervisor"];
  /** Nothing starts before it; a rejection is every start's. */
  readonly cleared: Promise<void>;
  readonly context: StartContext;
  readonly logs: BackendLogs;
  readonly hold: (backend: Backend) => Hold;
  readonly onDidChange: () => void;
  readonly log: Log;
}

const STARTS_AT_A_TIME = 2;
/** Milliseconds. */
const FORGET_AFTER = 60_000;

export class BackendSet {
  readonly #backends = new Map<string, Backend>();
  /** By the monotonic clock, in milliseconds. */
  readonly #changedAt = new WeakMap<Backend, number>();
  readonly #starts = new StartQueue(STARTS_AT_A_TIME);
  #isDisposed = false;
  /** One record is written after the other, so that the latest stays. */
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: BackendSetOptions) {
    options.cleared.catch((error: unknown) => {
      options.log.error(`No backend can run: ${messageOf(error)}`);
    });
  }

  /** Those that run or have failed, or did so. */
  get all(): readonly Backend[] {
    return [...this.#backends.values()];
  }

  get(id: string): Backend | undefined {
    return this.#backends.get(id);
  }

  /** The one of this definition in this worktree. It is not started. Throws a UserError: see specOf. */
  for(definition: BackendDefinition, place: BackendPlace): Backend {
    if (this.#isDisposed) throw backendStopped(definition.name);
    const { home } = this.options;
    const spec = specOf(home, definition, place);
    const known = this.#backends.get(spec.id);
    if (known) {
      known.renew(spec);
      this.#changedAt.set(known, performance.now());
      return known;
    }
    const { context, cleared, logs, hold, log } = this.options;
    const backend: Backend = new Backend({
      spec,
      context,
      cleared,
      starts: this.#starts,
      output: new BackendOutput(
        logs.sink({ worktree: place.worktree, name: definition.name }),
      ),
      hold: () => hold(backend),
      onDidChange: () => this.#note(backend),
      log: prefixed(log, () => place.name),
    });
    this.#backends.set(spec.id, backend);
    this.#changedAt.set(backend, performance.now());
    return backend;
  }

  /** Forgets those that no window shows and nobody has used for a while. */
  prune(): void {
    const before = performance.now() - FORGET_AFTER;
    for (const backend of this.all) {
      const { state, sessions, spec } = backend;
      const isShown = ["held", "unheld"].includes(this.options.hold(backend));
      const isOld = (this.#changedAt.get(backend) ?? 0) <= before;
      if (isShown || sessions.size > 0 || !isOld) continue;
      if (state.kind === "stopped") this.#backends.delete(spec.id);
      else if (state.kind === "failed") void backend.stop();
    }
  }

  /** Stops all at once. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await Promise.all(this.all.map((backend) => backend.dispose()));
    await this.#writing;
  }

  #note(backend: Backend): Promise<void> {
    this.#changedAt.set(backend, performance.now());
    this.#writing = this.#writing
      .then(() => this.#publish(backend))
      .catch((error: unknown) => {
        this.options.log.warn(
          `The record of ${backend.spec.id} was not written: ${messageOf(error)}`,
        );
      });
    this.options.onDidChange();
    return this.#writing;
  }

  async #publish({ spec, state, served }: Backend): Promise<void> {
    const { records, supervisor } = this.options;
    const { id, definition, place } = spec;
    if (state.kind === "stopped") {
      await records.withdraw(id);
      return;
    }
    const {
      pid = null,
      processStart = null,
      port = null,
      url = null,
    } = state.kind === "ready" && served ? served : {};
    await records.publish({
      version: 1,
      id,
      name: definition.name,
      worktree: place.worktree,
      state: state.kind,
      pid,
      processStart,
      port,
      url,
      startedAt: Date.now(),
      supervisor,
    });
  }
}
