// The port of a backend that takes a number: it cannot be handed a socket, so another program may be faster.
import getPort, { clearLockedPorts } from "get-port";
import { portsFor, type PortRange } from "../../core/system/ports";

/** As many of the backend's own ports are tried before any other. */
const OWN_PORTS = 20;

/**
 * The first free port of the backend's own order, which is the same at every start. `taken`: those that other backends have
 * been given, whether they listen yet or not.
 */
export async function freePort(
  id: string,
  range: PortRange,
  taken: ReadonlySet<number>,
): Promise<number> {
  const own: number[] = [];
  for (const port of portsFor(id, range)) {
    if (!taken.has(port)) own.push(port);
    if (own.length >= OWN_PORTS) break;
  }
  // It would keep its last answers to itself for a while, also from the backend that starts again.
  clearLockedPorts();
  return getPort({ port: own, exclude: taken });
}
