// Lists and controls the instances of any window; also lists other editors and worktrees that no instance serves.
import { focusInstance, sendTo, stopInstance } from "./controlClient";
import { noSuchInstance } from "../errors";
import { type ListedInstance, listInstances } from "./instanceList";
import type { Mention } from "./mention";
import { done, failed, type Outcome } from "../outcome";
import type { InstanceRecord } from "../registry/formats";
import type { OtherEditor } from "../registry/lockFiles";
import type { RegistryFiles } from "../registry/registryFiles";
import type { ListedWorktree } from "../worktrees/worktreeList";

export interface Listing {
  readonly instances: readonly ListedInstance[];
  readonly otherEditors: readonly OtherEditor[];
  /** Worktrees of this window's repositories that no live instance serves. */
  readonly notRunning: readonly SiblingWorktree[];
}

/** A worktree of a repository that a window has open. */
export type SiblingWorktree = ListedWorktree & { readonly repository: string };

export class MachineInstances {
  constructor(
    private readonly files: Pick<
      RegistryFiles,
      "records" | "lockFiles" | "liveness"
    >,
  ) {}

  /** `own`: this window's worktrees. `siblings`: all worktrees of their repositories. */
  async list(
    own: ReadonlySet<string>,
    siblings: readonly SiblingWorktree[],
  ): Promise<Listing> {
    const [listed, otherEditors] = await Promise.all([
      listInstances(this.files.records, this.files.liveness),
      this.files.lockFiles.readOthers(),
    ]);
    const instances = listed.filter(({ liveness }) => liveness !== "stale");
    const served = new Set(instances.map(({ record }) => record.worktree));
    return {
      instances,
      otherEditors,
      notRunning: siblings.filter(
        ({ path }) => !own.has(path) && !served.has(path),
      ),
    };
  }

  stop(instanceId: string): Promise<Outcome<null>> {
    return this.#act(instanceId, async (record) => {
      await stopInstance(record);
      return null;
    });
  }

  /** Makes it the active instance of its window. */
  focus(instanceId: string): Promise<Outcome<null>> {
    return this.#act(instanceId, async (record) => {
      await focusInstance(record);
      return null;
    });
  }

  /** See HostApi.send. */
  send(
    instanceId: string,
    mentions: readonly Mention[],
    cancelled: AbortSignal,
  ): Promise<Outcome<number>> {
    return this.#act(instanceId, async (record) => {
      let sent = 0;
      for (const { path, lines } of mentions)
        sent = await sendTo(
          record,
          { file: path, ...(lines && { lines }) },
          cancelled,
        );
      return sent;
    });
  }

  async #act<T>(
    instanceId: string,
    action: (record: InstanceRecord) => Promise<T>,
  ): Promise<Outcome<T>> {
    try {
      const record = await this.files.records.read(instanceId);
      if (!record) throw noSuchInstance();
      return done(await action(record));
    } catch (error) {
      return failed(error);
    }
  }
}
