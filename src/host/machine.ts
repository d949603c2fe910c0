// All that is on this machine beside this window: other windows' instances, other editors, worktrees nobody serves.
import {
  focusInstance,
  sendTo,
  stopInstance,
} from "../core/control/controlClient";
import { noSuchInstance } from "../core/errors";
import { listInstances } from "../core/control/instanceList";
import type { Mention } from "../core/control/mention";
import { done, failed, type Outcome } from "../core/outcome";
import type { InstanceRecord } from "../core/registry/formats";
import type { Listing } from "./contract";
import type { HostFiles } from "./hostFiles";
import type { SiblingWorktree } from "./ownership";

export class Machine {
  constructor(
    private readonly files: Pick<HostFiles, "records" | "lockFiles">,
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
