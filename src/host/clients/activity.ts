// Whether an agent's calls run. A short one is nobody's news.

/** Milliseconds for which a call has to run before it is told. */
const TOLD_AFTER = 300;

export class Activity {
  /** When its client has connected: milliseconds since 1970. */
  readonly since = Date.now();
  /** When its last call has begun or ended; before the first one, as `since`. */
  lastAt = this.since;
  #isBusy = false;
  readonly #running = new Set<NodeJS.Timeout>();

  constructor(private readonly onDidChange: () => void) {}

  /** A call has run for a while, and still does. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** A call begins. It has ended when what this returns is called. */
  begin(): () => void {
    this.lastAt = Date.now();
    const timer = setTimeout(() => {
      this.#set(true);
    }, TOLD_AFTER);
    this.#running.add(timer);
    return () => {
      this.lastAt = Date.now();
      clearTimeout(timer);
      this.#running.delete(timer);
      if (this.#running.size === 0) this.#set(false);
    };
  }

  #set(isBusy: boolean): void {
    if (isBusy === this.#isBusy) return;
    this.#isBusy = isBusy;
    this.onDidChange();
  }
}
