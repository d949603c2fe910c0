// What a supervisor that has died has left running: its guards end it, and this ends what they have not found.
import path from "node:path";
import { backendStillThere, processesLeft } from "../../core/backendMessages";
import { isOf, isRunning } from "../../core/control/supervisorRecord";
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";
import type {
  BackendRecord,
  BackendRecords,
} from "../../core/registry/backendRecords";
import { ensurePrivateDirectory } from "../../core/system/privateDirectory";
import type { Place } from "../../core/system/machine";
import { identifyProcess } from "../../core/system/processIdentity";
import { BackendTree, MARK } from "./backendTree";

/**
 * To be called by the only supervisor of the home. Resolves when the directories are there, and nothing is left of a supervisor
 * before; what cannot be ended is logged. Rejects with a UserError.
 */
export async function clearHome(
  home: string,
  records: BackendRecords,
  place: Place,
  log: Log,
): Promise<void> {
  for (const directory of ["backends", "logs", "addresses"])
    await ensurePrivateDirectory(path.join(home, directory));
  await endLeftovers(records, place, log);
}

async function endLeftovers(
  records: BackendRecords,
  place: Place,
  log: Log,
): Promise<void> {
  const all = await records.readAll();
  await Promise.all(
    all
      .filter(({ supervisor }) => isOf(supervisor, place))
      .map(async (record) => {
        if (await isRunning(record.supervisor)) return;
        const { id } = record;
        const left = await endTree(record).catch(messageOf);
        if (left !== undefined) {
          log.error(backendStillThere(id, left));
          return;
        }
        await records.withdraw(id);
        log.info(`${id} is gone with the server that ran it`);
      }),
  );
}

/** Resolves with undefined, or with what is still there. */
async function endTree({
  id,
  pid,
  processStart,
}: BackendRecord): Promise<string | undefined> {
  const isLeader =
    pid !== null && (await identifyProcess(pid)) === processStart;
  const leader = isLeader ? { pid, start: processStart } : null;
  const left = await new BackendTree([MARK, id], leader).end();
  return left > 0 ? processesLeft(left) : undefined;
}
