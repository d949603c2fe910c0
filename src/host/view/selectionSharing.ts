// Tells agents what the user looks at once it has rested: many changes of one moment are one message.

export class SelectionSharing {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly share: () => void) {}

  /** Shares `debounce` milliseconds after the last call. */
  soon(debounce: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.share, debounce);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
