// Lets a few start at a time, so that twenty servers wanted at once do not slow one another down.

/** Milliseconds after which a start that is still going on keeps nobody waiting: it may download what it needs for minutes. */
const MAX_TURN = 10_000;

export class StartQueue {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Waits for its turn, of at most 10 s. Rejects with the signal's reason if that is aborted first. */
  async run<T>(action: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(signal);
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      const [next] = this.#waiting;
      if (next) next();
      else this.#free += 1;
    };
    const turn = setTimeout(end, MAX_TURN);
    try {
      return await action();
    } finally {
      clearTimeout(turn);
      end();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(enter);
        reject(signal.reason as Error);
      };
      const enter = (): void => {
        this.#waiting.delete(enter);
        signal.removeEventListener("abort", leave);
        resolve();
      };
      this.#waiting.add(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}
