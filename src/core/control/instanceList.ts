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

/** undefined: it does not answer, or another one does on its port. */
export type Ask = (record: InstanceRecord) => Promise<Health | undefined>;

/** Oldest first. All that run are asked in parallel: each by its control API, unless the caller knows a shorter way. */
export async function listInstances(
  records: Records,
  liveness: ProcessLiveness,
  ask: Ask = health,
): Promise<ListedInstance[]> {
  const all = await records.readAll();
  const states = await liveness.ofRecords(all);
  const listed = await Promise.all(
    all.map((record, index) =>
      inspect(record, states[index] ?? "foreign", ask),
    ),
  );
  return listed.sort((a, b) => a.record.createdAt - b.record.createdAt);
}

async function inspect(
  record: InstanceRecord,
  state: ProcessState,
  ask: Ask,
): Promise<ListedInstance> {
  switch (state) {
    case "gone":
      return { record, liveness: "stale", health: null };
    case "foreign":
      return { record, liveness: "foreign", health: null };
    case "running": {
      const answer = await ask(record);
      return answer
        ? { record, liveness: "live", health: answer }
        : { record, liveness: "unresponsive", health: null };
    }
  }
}
