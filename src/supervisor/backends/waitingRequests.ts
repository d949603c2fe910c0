// Those who wait until a backend serves.
import type { BackendState } from "../../core/backends/state";

export type ReadyState = Extract<BackendState, { kind: "ready" }>;

interface Waiting {
  /** The session that is to hold it; null: nobody does. */
  readonly session: string | null;
  readonly resolve: (state: ReadyState) => void;
  readonly reject: (error: Error) => void;
}

export class WaitingRequests {
  readonly #waiting = new Set<Waiting>();

  /** Rejects with the signal's reason, and tells `onDidLeave` then. */
  add(
    session: string | null,
    signal: AbortSignal | undefined,
    onDidLeave: () => void,
  ): Promise<ReadyState> {
    return new Promise((resolve, reject) => {
      const waiting = { session, resolve, reject };
      this.#waiting.add(waiting);
      signal?.addEventListener("abort", () => {
        if (!this.#waiting.delete(waiting)) return;
        reject(signal.reason as Error);
        onDidLeave();
      });
    });
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Answers all; returns the sessions that hold the backend from now on. */
  resolve(state: ReadyState): string[] {
    const sessions: string[] = [];
    for (const { session, resolve } of this.#waiting) {
      if (session !== null) sessions.push(session);
      resolve(state);
    }
    this.#waiting.clear();
    return sessions;
  }

  reject(error: Error): void {
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting.clear();
  }
}
