// What the user of one window asks of instances that any window may have: list, stop, show, send.
import {
  disconnectClient,
  focusInstance,
  showDiff,
  stopInstance,
} from "../../core/control/controlClient";
import { noSuchInstance } from "../../core/errors";
import { done, failed, type Outcome } from "../../core/outcome";
import type { InstanceRecord } from "../../core/registry/formats";
import type { RecordWatcher } from "../../core/registry/recordWatcher";
import type { RegistryFiles } from "../../core/registry/registryFiles";
import type { Mentions } from "../clients/mentions";
import { PendingSends } from "../clients/pendingSends";
import type { HostApi, SendRequest } from "../contract";
import type {
  MachineApi,
  MachineView,
  SiblingWorktree,
} from "../machineContract";
import type { InstanceSet } from "./instanceSet";
import type { MachineWatch } from "./machineWatch";
import type { OtherEditors } from "./otherEditors";

type Requests = MachineApi & Pick<HostApi, "send" | "cancelSend">;

/** The window that asks. */
interface AskingWindow {
  /** Worktrees of its repositories. */
  readonly siblings: () => readonly SiblingWorktree[];
  /** Whether it has it open. */
  readonly hasOpen: (worktree: string) => boolean;
  /** undefined unless it runs an instance there. */
  readonly mentionsOf: (worktree: string) => Mentions | undefined;
  /** In all windows. */
  readonly stop: (worktree: string) => Promise<void>;
}

export class MachineRequests implements Requests {
  readonly #pendingSends: PendingSends;

  constructor(
    private readonly window: AskingWindow,
    private readonly host: {
      readonly instances: InstanceSet;
      readonly records: RecordWatcher;
      readonly machine: MachineWatch;
    },
    private readonly access: {
      readonly files: RegistryFiles;
      readonly otherEditors: OtherEditors;
    },
  ) {
    this.#pendingSends = new PendingSends(window.mentionsOf, (id) =>
      this.#recordOf(id),
    );
  }

  /** As last seen. */
  get view(): MachineView {
    const { instances } = this.host.machine;
    const siblings = this.window.siblings();
    const served = new Set(instances.map(({ worktree }) => worktree));
    return {
      instances,
      otherEditors: this.access.otherEditors.list,
      notRunning: siblings.filter(
        ({ path }) => !served.has(path) && !this.window.hasOpen(path),
      ),
      locked: siblings.flatMap(({ path, isLocked }) => (isLocked ? path : [])),
    };
  }

  async list(): Promise<MachineView> {
    const { records, machine } = this.host;
    void records.sweep();
    await records.readAll();
    await Promise.all([machine.look(), this.access.otherEditors.look()]);
    return this.view;
  }

  async stopRemote(instanceId: string): Promise<Outcome<null>> {
    const own = this.host.instances
      .running()
      .find((instance) => instance.instanceId === instanceId);
    if (!own) return this.#act(instanceId, stopInstance);
    await this.window.stop(own.worktree);
    return done(null);
  }

  focusRemote(instanceId: string): Promise<Outcome<null>> {
    return this.#act(instanceId, focusInstance);
  }

  showDiff(instanceId: string, id: string): Promise<Outcome<null>> {
    return this.#act(instanceId, (record) => showDiff(record, id));
  }

  disconnectAgent(
    instanceId: string,
    clientId: string,
  ): Promise<Outcome<null>> {
    return this.#act(instanceId, (record) =>
      disconnectClient(record, clientId),
    );
  }

  send(request: SendRequest): Promise<Outcome<number>> {
    return this.#pendingSends.send(request);
  }

  cancelSend(id: string): void {
    this.#pendingSends.cancel(id);
  }

  async #act(
    instanceId: string,
    action: (record: InstanceRecord) => Promise<void>,
  ): Promise<Outcome<null>> {
    try {
      await action(await this.#recordOf(instanceId));
      return done(null);
    } catch (error) {
      return failed(error);
    }
  }

  async #recordOf(instanceId: string): Promise<InstanceRecord> {
    const record = await this.access.files.records.read(instanceId);
    if (!record) throw noSuchInstance();
    return record;
  }
}
