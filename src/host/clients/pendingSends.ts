// What the window's user sends and may cancel while it waits: to this window's instances, and to those of others.
import { notRunning, sendingCancelled } from "../../core/errors";
import { done, failed, type Outcome } from "../../core/outcome";
import type { SendRequest } from "../contract";
import type { InstanceSet } from "../reconcile/instanceSet";
import type { MachineInstances } from "../../core/control/machineInstances";

export class PendingSends {
  /** By the id of the request. */
  readonly #waiting = new Map<string, AbortController>();

  constructor(
    private readonly instances: InstanceSet,
    private readonly machine: MachineInstances,
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
      return done(await instance.mentions.send(mentions, gaveUp.signal));
    } catch (error) {
      return failed(gaveUp.signal.aborted ? sendingCancelled() : error);
    } finally {
      this.#waiting.delete(id);
    }
  }

  cancel(id: string): void {
    this.#waiting.get(id)?.abort();
  }
}
