// Live instances on this machine, in the same order for every host: our own from memory, all others from records.
import type { InstanceRecord } from "../../core/registry/formats";
import type { RecordWatcher } from "../../core/registry/recordWatcher";
import type { Named } from "../../core/worktrees/names";
import type { LivePeers } from "../instance/instanceContext";

type Ordered = Named & Pick<InstanceRecord, "createdAt" | "instanceId">;

export class LiveInstances implements LivePeers {
  constructor(
    private readonly records: RecordWatcher,
    private readonly own: () => readonly Ordered[],
  ) {}

  olderThan(instance: Pick<Ordered, "createdAt" | "instanceId">): Named[] {
    return [...this.records.others, ...this.own()].filter(
      ({ createdAt, instanceId }) =>
        createdAt < instance.createdAt ||
        (createdAt === instance.createdAt && instanceId < instance.instanceId),
    );
  }

  isServed(port: number): boolean {
    return [...this.records.others, ...this.own()].some(
      (instance) => instance.port === port,
    );
  }
}
