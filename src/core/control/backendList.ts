// Lists every backend on this machine by its record, without asking the process that runs it.
import type { BackendRecord, BackendRecords } from "../registry/backendRecords";
import type { Place } from "../system/machine";
import { isOf, isRunning } from "./supervisorRecord";

export interface ListedBackend {
  readonly record: BackendRecord;
  /** "stale": the process that ran it is gone. "foreign": it is another machine's or another container's. */
  readonly liveness: "live" | "stale" | "foreign";
}

/** By worktree and name. */
export async function listBackends(
  records: BackendRecords,
  place: Place,
): Promise<ListedBackend[]> {
  const all = await records.readAll();
  const listed = await Promise.all(
    all.map(async (record): Promise<ListedBackend> => {
      if (!isOf(record.supervisor, place))
        return { record, liveness: "foreign" };
      const runs = await isRunning(record.supervisor);
      return { record, liveness: runs ? "live" : "stale" };
    }),
  );
  const key = ({ record }: ListedBackend) =>
    `${record.worktree}\0${record.name}\0${record.id}`;
  return listed.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
