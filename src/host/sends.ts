// What the window's user sends and may cancel while it waits: to this window's instances, and to those of others.
import { messageOf, notRunning, sendingCancelled } from "../core/errors";
import type { Outcome, SendRequest } from "./contract";
import type { InstanceSet } from "./instanceSet";
import type { Machine } from "./machine";

export class Sends {
  /** By the id of the request. */
  readonly #waiting = new Map<string, AbortController>();

  constructor(
    private readonly instances: InstanceSet,
    private readonly machine: Machine,
  ) {}

  async send({ id, to, mentions }: SendRequest): Promise<Outcome<number>> {
    const gaveUp = new AbortController();
    this.#waiting.set(id, gaveUp);
    try {
      if ("instanceId" in to)
        return await this.machine.send(to.instanceId, mentions, gaveUp.signal);
      const state = this.instances.state(to.worktree);
      if (state?.kind !== "running") throw notRunning(to.worktree);
      const { instance } = state;
      const value = await instance.mentions.send(mentions, gaveUp.signal);
      return { kind: "done", value };
    } catch (error) {
      const reason = gaveUp.signal.aborted ? sendingCancelled() : error;
      return { kind: "failed", message: messageOf(reason) };
    } finally {
      this.#waiting.delete(id);
    }
  }

  cancel(id: string): void {
    this.#waiting.get(id)?.abort();
  }
}
