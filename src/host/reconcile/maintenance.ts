// Periodic maintenance of running instances: checks clients, refreshes the kept address, detects lost files.
import { TOUCH_EVERY_MS } from "../../core/registry/keptAddresses";
import { Lifetime } from "../../core/lifetime";
import type { Instance } from "../instance/instance";

/** Milliseconds between checks that a client is still there: it may miss one, and is to be noticed within 30 s. */
const PING_EVERY = 10_000;
/** Milliseconds between stamps on the files that agents read; those who see nothing else wait for two minutes. */
const STAMP_FILES_EVERY = 30_000;
/** Milliseconds between checks that an instance's files still exist. */
const CHECK_FILES_EVERY = 5_000;

export class Maintenance {
  readonly #lifetime = new Lifetime();

  constructor(private readonly running: () => readonly Instance[]) {
    this.#every(PING_EVERY, (instance) => {
      instance.clients.checkAlive();
    });
    this.#every(TOUCH_EVERY_MS, (instance) => void instance.touchAddress());
    this.#every(STAMP_FILES_EVERY, (instance) => instance.stampFiles());
    this.#every(CHECK_FILES_EVERY, (instance) => instance.restoreFiles());
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  #every(
    milliseconds: number,
    action: (instance: Instance) => void | Promise<void>,
  ): void {
    const timer = setInterval(() => {
      for (const instance of this.running()) void action(instance);
    }, milliseconds);
    this.#lifetime.defer(() => {
      clearInterval(timer);
    });
  }
}
