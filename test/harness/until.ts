// Waiting in tests: for a condition with a deadline, never for a time.

const POLL_EVERY = 20;

/** What `until` resolves with: the condition's value once it holds. */
type Held<T> = Exclude<T, false | 0 | "" | null | undefined>;

/** Polls until `condition` gives something truthy, and resolves with that; fails with what it waited for. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 10_000,
): Promise<Held<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Held<T>;
    if (Date.now() > deadline)
      throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY));
  }
}
