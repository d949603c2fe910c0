// The time for which a backend goes on when nobody holds it.

export class Linger {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly onDidEnd: () => void) {}

  /** Goes on if it has begun already. */
  start(seconds: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.onDidEnd();
    }, 1_000 * seconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
