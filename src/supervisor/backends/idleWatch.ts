// Finds backends that nobody uses: no session of a program, and no connection to their port. A window that shows one does not
// use it.
import { connectionsTo } from "../../core/system/listeningPorts";
import type { Backend } from "./backend";
import type { ServedBackend } from "./backendSpec";

/** Milliseconds between looks at the connections of one: only on Linux they cost no process. */
const LOOK_EVERY = process.platform === "linux" ? 0 : 10_000;

/** Of one run. By the monotonic clock, in milliseconds. */
interface Use {
  usedAt: number;
  lookedAt: number;
}

export class IdleWatch {
  readonly #uses = new WeakMap<ServedBackend, Use>();

  constructor(private readonly onDidIdle: (backend: Backend) => void) {}

  /** To be called again and again for each backend that runs. */
  async look(backend: Backend): Promise<void> {
    const { served, spec } = backend;
    const { idleMinutes } = spec.definition;
    if (!served || idleMinutes === null) return;
    const now = performance.now();
    const use = this.#uses.get(served) ?? { usedAt: now, lookedAt: 0 };
    this.#uses.set(served, use);
    if (backend.sessions.size > 0) use.usedAt = now;
    else if (now - use.lookedAt >= LOOK_EVERY) {
      use.lookedAt = now;
      // Where the system cannot tell, it counts as used.
      if ((await connectionsTo(served.port)) !== 0) use.usedAt = now;
    }
    if (now - use.usedAt >= 60_000 * idleMinutes) this.onDidIdle(backend);
  }
}
