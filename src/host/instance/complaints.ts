// Logs what cannot be written once, however often it is tried again.
import type { Log } from "../../core/log";

export class Complaints {
  readonly #last = new Map<string, string>();

  constructor(private readonly log: Log) {}

  /** Resolves also if it fails; `describe` says so for the user. */
  async of(
    what: string,
    writing: Promise<void>,
    describe: (error: unknown) => string,
  ): Promise<void> {
    try {
      await writing;
      this.#last.delete(what);
    } catch (error) {
      const complaint = describe(error);
      if (this.#last.get(what) === complaint) return;
      this.#last.set(what, complaint);
      this.log.warn(complaint);
    }
  }
}
