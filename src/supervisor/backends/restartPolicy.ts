// When a backend that has ended unasked is started again.
import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds: doubled with each crash. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** Milliseconds of health after which its crashes are forgotten. */
const HEALTHY_AFTER = 60_000;
/** So many crashes within so many milliseconds: it is not started again by itself. */
const MAX_CRASHES = 5;
const CRASH_WINDOW = 3 * 60_000;

export class RestartPolicy {
  #attempt = 0;
  #crashes: number[] = [];
  #pause = new AbortController();

  /** `now`: milliseconds of a clock that nobody sets. */
  constructor(private readonly now = () => performance.now()) {}

  /** How many it has had in a row. */
  get attempt(): number {
    return this.#attempt;
  }

  /** Milliseconds until the next start; undefined: it is given up. `servedFor` is 0 if it never was ready. */
  noteCrash(servedFor: number): number | undefined {
    const now = this.now();
    if (servedFor >= HEALTHY_AFTER) this.#attempt = 0;
    this.#crashes = this.#crashes.filter((at) => at > now - CRASH_WINDOW);
    this.#crashes.push(now);
    if (this.#crashes.length >= MAX_CRASHES) return undefined;
    this.#attempt += 1;
    return Math.min(FIRST_PAUSE * 2 ** (this.#attempt - 1), LONGEST_PAUSE);
  }

  /** Resolves after so many milliseconds, or when the signal or endPause() ends it. */
  async pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    this.#pause = new AbortController();
    await delay(milliseconds, undefined, {
      signal: AbortSignal.any([signal, this.#pause.signal]),
    }).catch(() => undefined);
  }

  /** Somebody asks for the backend now. */
  endPause(): void {
    this.#pause.abort();
  }

  /** A person wants a new beginning. */
  forget(): void {
    this.#attempt = 0;
    this.#crashes = [];
  }
}
