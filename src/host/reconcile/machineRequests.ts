// What the user of one window asks of instances that any window may have: list, stop, show, send.
import {
  disconnectClient,
  focusInstance,
  showDiff,
  stopInstance,
} from "../../core/control/controlClient";
import { messageOf, noSuchInstance } from "../../core/errors";
import { noWindowHasIt, stillRuns } from "../../core/killErrors";
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
  Stop,
  StoppedInstance,
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
  /** URI of what it has open; null: nothing. */
  readonly workspace: () => string | null;
  /** Of other windows; see MachineView. */
  readonly stopped: () => readonly StoppedInstance[];
  /** Those that are there and have the worktree open. */
  readonly windowsOf: (
    worktree: string,
  ) => readonly { readonly choices: Pick<HostApi, "start"> }[];
  /** In all windows. */
  readonly stop: (worktree: string) => Promise<void>;
}

const stopped: Outcome<Stop> = done({ kind: "stopped" });

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
    const stopped = this.window
      .stopped()
      .filter(({ worktree }) => !served.has(worktree));
    const open = new Set(stopped.map(({ worktree }) => worktree));
    return {
      instances,
      otherEditors: this.access.otherEditors.list,
      stopped,
      notRunning: siblings.filter(
        ({ path }) =>
          !served.has(path) && !open.has(path) && !this.window.hasOpen(path),
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

  async stopRemote(instanceId: string): Promise<Outcome<Stop>> {
    const own = this.host.instances
      .running()
      .find((instance) => instance.instanceId === instanceId);
    if (own) {
      await this.window.stop(own.worktree);
      return stopped;
    }
    const { records, liveness } = this.access.files;
    const record = await records.read(instanceId);
    if (!record) return stopped;
    try {
      await stopInstance(record, this.window.workspace());
      return stopped;
    } catch (error) {
      // Somebody else may have stopped it meanwhile.
      if (!(await records.read(instanceId))) return stopped;
      const [state] = await liveness.ofRecords([record]);
      const why = messageOf(error);
      return done({ kind: "unanswered", why, isGone: state === "gone" });
    }
  }

  async cleanUp(instanceId: string): Promise<Outcome<null>> {
    await this.host.records.sweep();
    const left = await this.access.files.records.read(instanceId);
    return left ? failed(stillRuns(left.name)) : done(null);
  }

  async startRemote(worktree: string): Promise<Outcome<null>> {
    const outcomes = await Promise.all(
      this.window
        .windowsOf(worktree)
        .map(({ choices }) => choices.start(worktree)),
    );
    if (outcomes.some(({ kind }) => kind === "done")) return done(null);
    const [failure] = outcomes.filter((outcome) => outcome.kind === "failed");
    return failure ?? failed(noWindowHasIt(worktree));
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
