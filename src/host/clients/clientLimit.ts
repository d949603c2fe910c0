// How many clients an instance may have, and who goes when there are that many.
import type { Client } from "./client";

/** Milliseconds. One that comes back after so long a silence introduces itself again. */
const GIVES_WAY_AFTER = 60_000;

/**
 * Whether one more client may come. Where there are as many as may be, the one that has been silent longest is closed:
 * scripts that speak MCP seldom say goodbye. `now` in milliseconds since 1970.
 */
export function admit(
  clients: ReadonlySet<Client>,
  limit: number,
  now = Date.now(),
): boolean {
  if (clients.size < limit) return true;
  const since = ({ silentSince = now }: Client): number => silentSince;
  const [silent] = [...clients].sort((a, b) => since(a) - since(b));
  if (!silent || now - since(silent) < GIVES_WAY_AFTER) return false;
  void silent.close();
  return true;
}
