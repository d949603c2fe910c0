// Waits in tests for a condition with a deadline, never for a fixed time.
import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";

const pollEvery = 20;

/** What `until` resolves with: the condition's value once it holds. */
type Held<T> = Exclude<T, false | 0 | "" | null | undefined>;

/**
 * Polls until `condition` returns something truthy, and resolves with that. An error counts as "not yet".
 * Fails with what it waited for, and the last value or error.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 60_000,
): Promise<Held<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let last: string;
    let cause: unknown;
    try {
      const value = await condition();
      if (value) return value as Held<T>;
      last = inspect(value);
    } catch (error) {
      last = String(error);
      cause = error;
    }
    if (Date.now() > deadline)
      throw new Error(
        `Timed out after ${String(timeoutMs)} ms: ${what}; last: ${last}`,
        { cause },
      );
    await delay(pollEvery);
  }
}
