// What the user of one window asks of instances that any window may have: list, stop, show, send.
import {
  type Listing,
  MachineInstances,
  type SiblingWorktree,
} from "../../core/control/machineInstances";
import { done, type Outcome } from "../../core/outcome";
import type { RecordWatcher } from "../../core/registry/recordWatcher";
import type { RegistryFiles } from "../../core/registry/registryFiles";
import type { Mentions } from "../clients/mentions";
import { PendingSends } from "../clients/pendingSends";
import type { HostApi, SendRequest } from "../contract";
import type { InstanceSet } from "./instanceSet";

type Requests = Pick<
  HostApi,
  "list" | "stopRemote" | "focusRemote" | "send" | "cancelSend"
>;

/** The window that asks. */
interface AskingWindow {
  readonly worktrees: () => ReadonlySet<string>;
  readonly siblings: () => readonly SiblingWorktree[];
  /** undefined unless it runs an instance there. */
  readonly mentionsOf: (worktree: string) => Mentions | undefined;
  /** In all windows. */
  readonly stop: (worktree: string) => Promise<void>;
}

export class MachineRequests implements Requests {
  readonly #machineInstances: MachineInstances;
  readonly #pendingSends: PendingSends;

  constructor(
    private readonly window: AskingWindow,
    private readonly host: {
      readonly instances: InstanceSet;
      readonly records: RecordWatcher;
    },
    files: RegistryFiles,
  ) {
    this.#machineInstances = new MachineInstances(files);
    this.#pendingSends = new PendingSends(
      window.mentionsOf,
      this.#machineInstances,
    );
  }

  list(): Promise<Listing> {
    void this.host.records.sweep();
    const { worktrees, siblings } = this.window;
    return this.#machineInstances.list(worktrees(), siblings());
  }

  async stopRemote(instanceId: string): Promise<Outcome<null>> {
    const own = this.host.instances
      .running()
      .find((instance) => instance.instanceId === instanceId);
    if (!own) return this.#machineInstances.stop(instanceId);
    await this.window.stop(own.worktree);
    return done(null);
  }

  focusRemote(instanceId: string): Promise<Outcome<null>> {
    return this.#machineInstances.focus(instanceId);
  }

  send(request: SendRequest): Promise<Outcome<number>> {
    return this.#pendingSends.send(request);
  }

  cancelSend(id: string): void {
    this.#pendingSends.cancel(id);
  }
}
