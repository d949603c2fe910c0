// Live instances on this machine, in the same order in every window: our own from memory, all others from records.
import type { InstanceRecord } from "../../core/registry/formats";
import type { RecordWatcher } from "../../core/registry/recordWatcher";
import type { Named } from "../../core/worktrees/names";
import type { LivePeers, PortHolder } from "../instance/instanceContext";

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

  holderOf(port: number): PortHolder | undefined {
    if (this.own().some((instance) => instance.port === port)) return "own";
    return this.records.others.find((record) => record.port === port);
  }
}
