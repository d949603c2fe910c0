// One published file: written when it would say something else than it does, or when it is not there any more.

export class PublishedFile<Content> {
  /** What it says; undefined while it is not written. */
  #written: string | undefined;

  constructor(
    private readonly write: (content: Content) => Promise<void>,
    private readonly exists: () => Promise<boolean>,
  ) {}

  /** One call at a time. Throws what writing throws, and tries again at the next call then. */
  async publish(content: Content): Promise<void> {
    const text = JSON.stringify(content);
    if (text === this.#written) return;
    this.#written = undefined;
    await this.write(content);
    this.#written = text;
  }

  /** Whether it has not been written yet, or has disappeared. */
  async isMissing(): Promise<boolean> {
    if (this.#written !== undefined && !(await this.exists()))
      this.#written = undefined;
    return this.#written === undefined;
  }
}
