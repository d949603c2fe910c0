// Limits the number and age of connections that have not asked for anything with a token yet, so that they never block a
// real client.
import type { Socket } from "node:net";

/** Milliseconds from the connection to its first complete request that has to carry a token. */
const HANDSHAKE_TIMEOUT_MS = 2_000;

/** Above this the oldest is evicted, once it has had its turn. Refusing the newest would lock out real clients behind an idle flood. */
const MAX_HALF_OPEN = 64;
/** Milliseconds: a program that asks for many things at once connects first, and sends its requests then. */
const TURN_MS = 1_000;
/** Above this the oldest is evicted in any case. */
const MAX_IN_TURN = 1_024;

interface HalfOpen {
  readonly timeout: NodeJS.Timeout;
  /** By the monotonic clock, in milliseconds. */
  readonly since: number;
}

export class HalfOpenSockets {
  /** The oldest first. */
  readonly #sockets = new Map<Socket, HalfOpen>();
  #shrinking: NodeJS.Timeout | undefined;

  add(socket: Socket): void {
    const since = performance.now();
    const timeout = setTimeout(() => {
      // After what has arrived is read: this process may have been the one that was late.
      setImmediate(() => {
        if (this.#sockets.has(socket)) this.#giveUp(socket);
      });
    }, HANDSHAKE_TIMEOUT_MS);
    this.#sockets.set(socket, { timeout, since });
    socket.once("close", () => {
      this.settle(socket);
    });
    if (this.#sockets.size > MAX_IN_TURN) this.#evictOldest();
    this.#shrinking ??= this.#shrinkIn(TURN_MS);
  }

  /** The socket has sent its request or is closed. */
  settle(socket: Socket): void {
    clearTimeout(this.#sockets.get(socket)?.timeout);
    this.#sockets.delete(socket);
  }

  /** Evicts those that have had their turn, and comes again for the others. */
  #shrink(): void {
    this.#shrinking = undefined;
    const before = performance.now() - TURN_MS;
    for (const { since } of this.#sockets.values()) {
      if (this.#sockets.size <= MAX_HALF_OPEN) return;
      const turn = since - before;
      if (turn > 0) {
        this.#shrinking = this.#shrinkIn(turn);
        return;
      }
      this.#evictOldest();
    }
  }

  /** After what has arrived until then is read. */
  #shrinkIn(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      setImmediate(() => {
        this.#shrink();
      });
    }, milliseconds);
  }

  /** Says so: whoever has just sent its request knows that nothing of it was carried out. */
  #giveUp(socket: Socket): void {
    this.settle(socket);
    socket.end(
      "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    socket.destroySoon();
  }

  #evictOldest(): void {
    const [oldest] = this.#sockets.keys();
    if (!oldest) return;
    // Who has said nothing waits for no answer.
    if (oldest.bytesRead > 0) this.#giveUp(oldest);
    else {
      this.settle(oldest);
      oldest.destroy();
    }
  }
}
