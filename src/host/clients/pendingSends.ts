// The user's pending sends, to instances of this or any other window. They can be cancelled while they wait.
import { sendMentions } from "../../core/control/controlClient";
import { notRunning } from "../../core/errors";
import { sendingCancelled } from "../../core/sendErrors";
import { done, failed, type Outcome } from "../../core/outcome";
import type { InstanceRecord } from "../../core/registry/formats";
import type { SendRequest } from "../contract";
import type { Mentions } from "./mentions";

export class PendingSends {
  /** By request id. */
  readonly #pending = new Map<string, AbortController>();

  constructor(
    /** undefined unless this window runs an instance there. */
    private readonly mentionsOf: (worktree: string) => Mentions | undefined,
    private readonly recordOf: (instanceId: string) => Promise<InstanceRecord>,
  ) {}

  async send({
    id,
    to,
    mentions,
    client,
  }: SendRequest): Promise<Outcome<number>> {
    const cancellation = new AbortController();
    this.#pending.set(id, cancellation);
    try {
      if ("instanceId" in to)
        return done(
          await sendMentions(
            await this.recordOf(to.instanceId),
            mentions,
            cancellation.signal,
            client,
          ),
        );
      const target = this.mentionsOf(to.worktree);
      if (!target) throw notRunning(to.worktree);
      return done(await target.send(mentions, cancellation.signal, client));
    } catch (error) {
      return failed(cancellation.signal.aborted ? sendingCancelled() : error);
    } finally {
      this.#pending.delete(id);
    }
  }

  cancel(id: string): void {
    this.#pending.get(id)?.abort();
  }
}
