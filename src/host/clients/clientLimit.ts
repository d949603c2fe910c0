// How many clients an instance may have, and which one is evicted when there are that many.
import type { Client } from "./client";

/** Milliseconds. A client that comes back after so long a silence introduces itself again. */
const EVICT_AFTER_SILENCE = 60_000;

/**
 * Whether one more client may connect. At the limit, the one that has been silent longest is evicted: scripts that speak
 * MCP seldom say goodbye. `now` in milliseconds since 1970.
 */
export function admit(
  clients: ReadonlySet<Client>,
  limit: number,
  now = Date.now(),
): boolean {
  if (clients.size < limit) return true;
  const since = ({ silentSince = now }: Client): number => silentSince;
  const [silent] = [...clients].sort((a, b) => since(a) - since(b));
  if (!silent || now - since(silent) < EVICT_AFTER_SILENCE) return false;
  void silent.close();
  return true;
}
