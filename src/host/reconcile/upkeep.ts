// What running instances need by time: clients checked, the kept address renewed, lost files noticed.
import { SEEN_EVERY_MS } from "../../core/registry/keptAddresses";
import { Lifetime } from "../../core/lifetime";
import type { Instance } from "../instance/instance";

/** Milliseconds between two checks that a client still answers. */
const PING_EVERY = 30_000;
/** The same that the files by which an instance is found are still there. */
const CHECK_FILES_EVERY = 5_000;

export class Upkeep {
  readonly #lifetime = new Lifetime();

  /** `onDidLoseFiles`: other programs tidy up too, an agent in a container or the system in its temporary directory. */
  constructor(
    private readonly running: () => readonly Instance[],
    onDidLoseFiles: () => void,
  ) {
    this.#every(PING_EVERY, (instance) => {
      instance.clients.checkAlive();
    });
    this.#every(SEEN_EVERY_MS, (instance) => void instance.noteSeen());
    this.#every(CHECK_FILES_EVERY, async (instance) => {
      if (await instance.lostFiles()) onDidLoseFiles();
    });
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
