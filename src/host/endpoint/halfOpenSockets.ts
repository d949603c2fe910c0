// Limits the number and age of connections that have not asked for anything with a token yet, so that they never block a
// real client.
import type { Socket } from "node:net";

/** Milliseconds from the connection to its first complete request that has to carry a token. */
const HANDSHAKE_TIMEOUT_MS = 2_000;

/** Above this the oldest is evicted. Refusing the newest would lock out real clients behind an idle flood. */
const MAX_HALF_OPEN = 64;

export class HalfOpenSockets {
  readonly #timers = new Map<Socket, NodeJS.Timeout>();

  add(socket: Socket): void {
    const timer = setTimeout(() => {
      socket.end(
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
      );
      socket.destroySoon();
    }, HANDSHAKE_TIMEOUT_MS);
    this.#timers.set(socket, timer);
    socket.once("close", () => {
      this.settle(socket);
    });
    if (this.#timers.size > MAX_HALF_OPEN)
      for (const oldest of this.#timers.keys()) {
        oldest.destroy();
        this.settle(oldest);
        break;
      }
  }

  /** The socket has sent its request or is closed. */
  settle(socket: Socket): void {
    clearTimeout(this.#timers.get(socket));
    this.#timers.delete(socket);
  }
}
