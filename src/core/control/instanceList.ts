// Lists every instance on this machine with its liveness and health.
import type { Health } from "./api";
import type { InstanceRecord } from "../registry/formats";
import { health } from "./controlClient";
import type { ProcessLiveness, ProcessState } from "../registry/liveness";
import type { Records } from "../registry/records";

export type Liveness = "live" | "unresponsive" | "stale" | "foreign";

export interface ListedInstance {
  readonly record: InstanceRecord;
  readonly liveness: Liveness;
  /** null unless it is live. */
  readonly health: Health | null;
}

/** Oldest first. Queries all live processes in parallel over their control APIs. */
export async function listInstances(
  records: Records,
  liveness: ProcessLiveness,
): Promise<ListedInstance[]> {
  const all = await records.readAll();
  const states = await liveness.ofRecords(all);
  const listed = await Promise.all(
    all.map((record, index) => inspect(record, states[index] ?? "foreign")),
  );
  return listed.sort((a, b) => a.record.createdAt - b.record.createdAt);
}

async function inspect(
  record: InstanceRecord,
  state: ProcessState,
): Promise<ListedInstance> {
  switch (state) {
    case "gone":
      return { record, liveness: "stale", health: null };
    case "foreign":
      return { record, liveness: "foreign", health: null };
    case "running": {
      const answer = await health(record);
      return answer
        ? { record, liveness: "live", health: answer }
        : { record, liveness: "unresponsive", health: null };
    }
  }
}
