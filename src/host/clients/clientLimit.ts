// Decides whether one more client may connect, and which one to evict at the limit.
import type { Client } from "./client";

/** Milliseconds. A client that returns after this long simply initializes again. */
const EVICT_AFTER_IDLE = 60_000;

/**
 * At the limit it evicts the client idle longest, since scripts that use MCP seldom disconnect cleanly. `now` is in
 * milliseconds since 1970.
 */
export function admit<T extends Pick<Client, "idleSince" | "close">>(
  clients: ReadonlySet<T>,
  limit: number,
  now = Date.now(),
  onDidEvict?: (client: T) => void,
): boolean {
  if (clients.size < limit) return true;
  const since = ({ idleSince = now }: T): number => idleSince;
  const [longestIdle] = [...clients].sort((a, b) => since(a) - since(b));
  if (!longestIdle || now - since(longestIdle) < EVICT_AFTER_IDLE) return false;
  onDidEvict?.(longestIdle);
  void longestIdle.close();
  return true;
}
