// All that is on this machine beside this window: other windows' instances, other editors, worktrees nobody serves.
import { focusInstance, sendTo, stopInstance } from "./controlClient";
import { noSuchInstance } from "../errors";
import { type ListedInstance, listInstances } from "./instanceList";
import type { Mention } from "./mention";
import { done, failed, type Outcome } from "../outcome";
import type { InstanceRecord } from "../registry/formats";
import type { OtherEditor } from "../registry/lockFiles";
import type { RegistryFiles } from "../registry/registryFiles";
import type { ListedWorktree } from "../worktrees/worktree";

/** Everything on this machine that a list shows. */
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
    private readonly files: Pick<RegistryFiles, "records" | "lockFiles">,
  ) {}

  /** `own` are the worktrees of this window, `siblings` all of their repositories. */
  async list(
    own: ReadonlySet<string>,
    siblings: readonly SiblingWorktree[],
  ): Promise<Listing> {
    const [listed, otherEditors] = await Promise.all([
      listInstances(this.files.records),
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

  /** Stops an instance of any window. */
  stop(instanceId: string): Promise<Outcome<null>> {
    return this.#act(instanceId, async (record) => {
      await stopInstance(record);
      return null;
    });
  }

  /** Makes an instance of any window the active one there. */
  focus(instanceId: string): Promise<Outcome<null>> {
    return this.#act(instanceId, async (record) => {
      await focusInstance(record);
      return null;
    });
  }

  /** Points the agents of an instance of any window to files; see HostApi.send. */
  send(
    instanceId: string,
    mentions: readonly Mention[],
    gaveUp: AbortSignal,
  ): Promise<Outcome<number>> {
    return this.#act(instanceId, async (record) => {
      let sent = 0;
      for (const { path, lines } of mentions)
        sent = await sendTo(
          record,
          { file: path, ...(lines && { lines }) },
          gaveUp,
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
