// Debounces what agents are sent about the user's selection.

export class SelectionSharing {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly share: () => void) {}

  /** Shares `debounce` milliseconds after the last call. */
  schedule(debounce: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.share, debounce);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
