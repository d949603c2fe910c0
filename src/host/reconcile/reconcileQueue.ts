// Runs reconciliations one at a time; requests made during one are coalesced into the next.
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";

/** Work beyond comparing plan and instances. */
export interface ReconcileRequest {
  /** Run git again. */
  readonly refresh: boolean;
  /** Retry failed instances without waiting for their delay. */
  readonly retryFailed: boolean;
}

export class ReconcileQueue {
  #requested: ReconcileRequest | undefined;
  #running: Promise<void> | undefined;
  #isEnded = false;

  constructor(
    private readonly reconcile: (request: ReconcileRequest) => Promise<void>,
    private readonly log: Log,
  ) {}

  /** Resolves when everything requested so far is done. A failure is logged. */
  request({ refresh = false, retryFailed = false }: Partial<ReconcileRequest>) {
    this.#requested = {
      refresh: refresh || (this.#requested?.refresh ?? false),
      retryFailed: retryFailed || (this.#requested?.retryFailed ?? false),
    };
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Starts no more reconciliations; resolves when the current one is done. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Must not finish before #running is assigned.
    await Promise.resolve();
    while (this.#requested && !this.#isEnded) {
      const request = this.#requested;
      this.#requested = undefined;
      await this.reconcile(request).catch((error: unknown) => {
        this.log.error(`Reconciliation failed: ${messageOf(error)}`);
      });
    }
    // Synchronous with the last check of #requested, so that a later request starts a new run.
    this.#running = undefined;
  }
}
