// Runs reconciliation passes one at a time; requests made during a pass are coalesced into the next one.
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";

/** What a pass has to do beyond comparing plan and instances. */
export interface PassRequest {
  /** Ask git again. */
  readonly refresh: boolean;
  /** Start failed instances without waiting for their pause to end. */
  readonly retryFailed: boolean;
}

export class PassQueue {
  #requested: PassRequest | undefined;
  #running: Promise<void> | undefined;
  #isEnded = false;

  constructor(
    private readonly pass: (request: PassRequest) => Promise<void>,
    private readonly log: Log,
  ) {}

  /** Resolves when everything requested so far is done. A pass that fails is logged. */
  request({ refresh = false, retryFailed = false }: Partial<PassRequest>) {
    this.#requested = {
      refresh: refresh || (this.#requested?.refresh ?? false),
      retryFailed: retryFailed || (this.#requested?.retryFailed ?? false),
    };
    this.#running ??= this.#run();
    return this.#running;
  }

  /** No pass begins any more; resolves when the last one is over. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // It must not be over before #running holds it.
    await Promise.resolve();
    while (this.#requested && !this.#isEnded) {
      const request = this.#requested;
      this.#requested = undefined;
      await this.pass(request).catch((error: unknown) => {
        this.log.error(`Reconciliation failed: ${messageOf(error)}`);
      });
    }
    // In the same step as the last look at #requested: what is asked for from here on starts anew.
    this.#running = undefined;
  }
}
