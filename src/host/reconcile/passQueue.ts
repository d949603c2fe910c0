// Runs reconciliation passes one at a time; requests made during a pass are coalesced into the next one.
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";

/** What a pass has to do beyond comparing plan and instances. */
export interface Wanted {
  readonly replan: boolean;
  readonly retryFailed: boolean;
}

export class PassQueue {
  #wanted: Wanted | undefined;
  #running: Promise<void> | undefined;
  #isEnded = false;

  constructor(
    private readonly pass: (wanted: Wanted) => Promise<void>,
    private readonly log: Log,
  ) {}

  /** Resolves when everything that was asked for so far is done. A pass that fails is logged. */
  request({ replan = false, retryFailed = false }: Partial<Wanted>) {
    this.#wanted = {
      replan: replan || (this.#wanted?.replan ?? false),
      retryFailed: retryFailed || (this.#wanted?.retryFailed ?? false),
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
    while (this.#wanted && !this.#isEnded) {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      await this.pass(wanted).catch((error: unknown) => {
        this.log.error(`Reconciliation failed: ${messageOf(error)}`);
      });
    }
    // In the same step as the last look at #wanted: what is asked for from here on starts anew.
    this.#running = undefined;
  }
}
