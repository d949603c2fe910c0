// What a supervisor that has died has left running: its guards end it, and this ends what they have not found.
import { rm } from "node:fs/promises";
import type { Log } from "../../core/log";
import type {
  BackendRecord,
  BackendRecords,
} from "../../core/registry/backendRecords";
import type { Place } from "../../core/system/machine";
import { identifyProcess, pidExists } from "../../core/system/processIdentity";
import { BackendTree, MARK } from "./backendTree";

/** To be called by the only supervisor of the home, before it starts any backend. */
export async function endLeftovers(
  records: BackendRecords,
  place: Place,
  log: Log,
): Promise<void> {
  const all = await records.readAll();
  await Promise.all(
    all.map(async (record) => {
      if (!(await isLeftOver(record, place))) return;
      const { id, pid, processStart } = record;
      const isLeader =
        pid !== null && (await identifyProcess(pid)) === processStart;
      const leader = isLeader ? { pid, start: processStart } : null;
      const left = await new BackendTree([MARK, id], leader).end();
      if (left > 0) log.error(`${left} processes of ${id} could not be ended`);
      else log.info(`${id} is gone with the server that ran it`);
      await rm(records.file(id), { force: true });
    }),
  );
}

/** Of this place, where its pids mean something. */
async function isLeftOver(
  { supervisor }: BackendRecord,
  place: Place,
): Promise<boolean> {
  const { pid, processStart, machine, pidNamespace } = supervisor;
  if (machine !== place.machine || pidNamespace !== place.pidNamespace)
    return false;
  return !pidExists(pid) || (await identifyProcess(pid)) !== processStart;
}
