// Finds backends that nobody uses: no session of a program, and no connection to their port. A window that shows one does not
// use it.
import { connectionsTo } from "../../core/system/listeningPorts";
import type { Backend } from "./backend";

/** Milliseconds between looks at the connections of one. */
const LOOK_EVERY = 10_000;

export class IdleWatch {
  /** By the monotonic clock, in milliseconds. */
  readonly #usedAt = new WeakMap<Backend, number>();
  readonly #lookedAt = new WeakMap<Backend, number>();

  constructor(private readonly onDidIdle: (backend: Backend) => void) {}

  /** To be called again and again for each backend that runs. */
  async look(backend: Backend): Promise<void> {
    const { idleMinutes } = backend.spec.definition;
    const now = performance.now();
    if (idleMinutes === null) return;
    if (!backend.served || backend.sessions.size > 0) {
      this.#usedAt.set(backend, now);
      return;
    }
    const allowed = 60_000 * idleMinutes;
    if (
      now - (this.#lookedAt.get(backend) ?? 0) >
      Math.min(LOOK_EVERY, allowed)
    ) {
      this.#lookedAt.set(backend, now);
      // Where the system cannot tell, it counts as used.
      if ((await connectionsTo(backend.served.port)) !== 0)
        this.#usedAt.set(backend, now);
    }
    if (now - (this.#usedAt.get(backend) ?? now) >= allowed)
      this.onDidIdle(backend);
  }
}
