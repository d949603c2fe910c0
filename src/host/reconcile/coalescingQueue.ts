// Repeats one piece of work on request: one run at a time, and requests made during a run are covered by one more.
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";

export class CoalescingQueue {
  #isRequested = false;
  #running: Promise<void> | undefined;
  #isEnded = false;

  constructor(
    private readonly what: string,
    private readonly work: () => Promise<void>,
    private readonly log: Log,
  ) {}

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when a run that began after this call is over. A run that fails is logged. */
  request(): Promise<void> {
    this.#isRequested = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Resolves when no run is going on or requested. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Starts no further run, and does not wait for the current one. */
  dispose(): void {
    this.#isEnded = true;
  }

  async #run(): Promise<void> {
    // #running must be set before this can finish.
    await Promise.resolve();
    while (this.#isRequested && !this.#isEnded) {
      this.#isRequested = false;
      await this.work().catch((error: unknown) => {
        this.log.error(`${this.what} failed: ${messageOf(error)}`);
      });
    }
    // In the same tick as the last look at #isRequested, so no request is lost.
    this.#running = undefined;
  }
}
