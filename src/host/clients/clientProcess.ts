// The process at the other end of a client's connection, for protocols in which it does not say so itself: by it the client's terminal is
// found, which agent it is, and that it has died without a word.
import type { Socket } from "node:net";
import { processAtOtherEnd } from "../../core/system/listeningPorts";
import { argumentsOf, pidExists } from "../../core/system/processIdentity";

export class ClientProcess {
  #pid: number | null = null;
  #argv: readonly string[] = [];
  #isLooking = false;

  constructor(private readonly onDidFind: () => void) {}

  /** null: not found yet, or the system does not tell this user. */
  get pid(): number | null {
    return this.#pid;
  }

  /** How it was started; empty where the system does not tell. */
  get argv(): readonly string[] {
    return this.#argv;
  }

  get isGone(): boolean {
    return this.#pid !== null && !pidExists(this.#pid);
  }

  /** Looks for it, by a connection of it that is open. Only once: another connection would lead to the same. */
  look({ localPort, remotePort }: Socket): void {
    if (this.#isLooking || localPort === undefined || remotePort === undefined)
      return;
    this.#isLooking = true;
    void this.#find(localPort, remotePort);
  }

  async #find(localPort: number, remotePort: number): Promise<void> {
    const pid = await processAtOtherEnd(localPort, remotePort);
    if (pid === undefined) return;
    this.#argv = await argumentsOf(pid);
    this.#pid = pid;
    this.onDidFind();
  }
}
