// Those who wait until a backend serves.
import type { BackendState } from "../../core/backends/state";

export type ReadyState = Extract<BackendState, { kind: "ready" }>;

interface Waiting {
  /** The session that is to hold it; null: nobody does. */
  readonly session: string | null;
  readonly resolve: (state: ReadyState) => void;
  readonly reject: (error: Error) => void;
  /** It waits no more. */
  readonly leave: () => void;
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
      const abort = (): void => {
        leave();
        reject(signal?.reason as Error);
        onDidLeave();
      };
      const leave = (): void => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener("abort", abort);
      };
      const waiting = { session, resolve, reject, leave };
      this.#waiting.add(waiting);
      signal?.addEventListener("abort", abort);
    });
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Answers all; returns the sessions that hold the backend from now on. */
  resolve(state: ReadyState): string[] {
    const waiting = this.#takeAll();
    for (const { resolve } of waiting) resolve(state);
    return waiting.flatMap(({ session }) => session ?? []);
  }

  reject(error: Error): void {
    for (const { reject } of this.#takeAll()) reject(error);
  }

  #takeAll(): readonly Waiting[] {
    const all = [...this.#waiting];
    for (const { leave } of all) leave();
    return all;
  }
}
