// What this window's user sends, and may cancel while it waits: to instances of this window and of others.
import type { MachineInstances } from "../../core/control/machineInstances";
import { notRunning, sendingCancelled } from "../../core/errors";
import { done, failed, type Outcome } from "../../core/outcome";
import type { SendRequest } from "../contract";
import type { Mentions } from "./mentions";

export class PendingSends {
  /** By the id of the request. */
  readonly #pending = new Map<string, AbortController>();

  constructor(
    /** Of a running instance of this window. */
    private readonly mentionsOf: (worktree: string) => Mentions | undefined,
    private readonly machineInstances: MachineInstances,
  ) {}

  async send({ id, to, mentions }: SendRequest): Promise<Outcome<number>> {
    const cancelled = new AbortController();
    this.#pending.set(id, cancelled);
    try {
      if ("instanceId" in to)
        return await this.machineInstances.send(
          to.instanceId,
          mentions,
          cancelled.signal,
        );
      const own = this.mentionsOf(to.worktree);
      if (!own) throw notRunning(to.worktree);
      return done(await own.send(mentions, cancelled.signal));
    } catch (error) {
      return failed(cancelled.signal.aborted ? sendingCancelled() : error);
    } finally {
      this.#pending.delete(id);
    }
  }

  cancel(id: string): void {
    this.#pending.get(id)?.abort();
  }
}
