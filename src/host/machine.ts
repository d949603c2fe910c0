// All that is on this machine beside this window: other windows' instances, other editors, worktrees nobody serves.
import { focusInstance, stopInstance } from "../core/controlClient";
import { messageOf, noSuchInstance } from "../core/errors";
import { listInstances } from "../core/instances";
import type { LockFiles } from "../core/lockFiles";
import type { Records } from "../core/records";
import type { Listing, Outcome } from "./contract";
import type { SiblingWorktree } from "./ownership";

export class Machine {
  constructor(
    private readonly records: Records,
    private readonly lockFiles: LockFiles,
  ) {}

  /** `own` are the worktrees of this window, `siblings` all of their repositories. */
  async list(
    own: ReadonlySet<string>,
    siblings: readonly SiblingWorktree[],
  ): Promise<Listing> {
    const [listed, otherEditors] = await Promise.all([
      listInstances(this.records),
      this.lockFiles.readOthers(),
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
    return this.#act(instanceId, stopInstance);
  }

  /** Makes an instance of any window the active one there. */
  focus(instanceId: string): Promise<Outcome<null>> {
    return this.#act(instanceId, focusInstance);
  }

  async #act(
    instanceId: string,
    action: typeof stopInstance,
  ): Promise<Outcome<null>> {
    try {
      const record = await this.records.read(instanceId);
      if (!record) throw noSuchInstance();
      await action(record);
      return { kind: "done", value: null };
    } catch (error) {
      return { kind: "failed", message: messageOf(error) };
    }
  }
}
