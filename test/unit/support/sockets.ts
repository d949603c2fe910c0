// Ports for tests that need particular ones.
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { listen, type PortRange } from "../../../src/core/system/ports";
import type { Ground } from "./ground";

/** Occupies the port until the test ends, and never answers. */
export async function occupy(ground: Ground, port: number): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.resume();
  });
  if (!(await listen(server, port)))
    throw new Error(`Port ${port} is taken by another program.`);
  ground.defer(() => release(server));
  return server;
}

export async function release(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  await closed;
}

/** A range of this many ports, all of which were free a moment ago. */
export async function freeRange(count: number): Promise<PortRange> {
  for (let first = 19_000; first + count < 20_000; first += count) {
    const servers: Server[] = [];
    let isFree = true;
    for (let port = first; isFree && port < first + count; port += 1) {
      const server = createServer();
      isFree = await listen(server, port);
      if (isFree) servers.push(server);
    }
    await Promise.all(servers.map(release));
    if (isFree) return { first, last: first + count - 1 };
  }
  throw new Error(`No ${count} consecutive ports are free.`);
}

export function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return listen(server, port).then(async (hasBound) => {
    if (hasBound) await release(server);
    return hasBound;
  });
}
