// Removes what crashed windows left behind: records and lock files whose process is proven to be gone, and nothing else.
import type { InstanceRecord } from "./contracts";
import { lockProcess, recordProcess } from "./liveness";
import { type LockFiles, removeVerified } from "./lockFiles";
import type { Log } from "./log";
import type { Records } from "./records";

/**
 * Sweeps both directories once. Any number of processes may sweep at the same time. `isLeftOver` names records that are
 * stale for a reason that only the caller knows (its own earlier worker's).
 */
export async function sweep(
  records: Records,
  lockFiles: LockFiles,
  log: Log,
  isLeftOver: (record: InstanceRecord) => boolean = () => false,
): Promise<void> {
  const all = await records.readAll();
  const stale = new Set<string>();
  for (const record of all)
    if (isLeftOver(record) || (await recordProcess(record)) === "gone")
      stale.add(record.instanceId);
  const known = new Set(all.map(({ instanceId }) => instanceId));

  // The lock file first: it is what misleads agents. A record without one is swept again next time.
  for (const lock of await lockFiles.readOurs()) {
    const { port, instanceId } = lock;
    const isStale =
      stale.has(instanceId) ||
      (!known.has(instanceId) && (await lockProcess(lock)) === "gone");
    if (!isStale) continue;
    await lockFiles.withdraw(port, instanceId);
    log.info(
      `Removed ${lockFiles.file(port)}, left behind by process ${lock.idePid}`,
    );
  }
  for (const instanceId of stale) {
    const file = records.file(instanceId);
    if (await removeVerified(file, () => Promise.resolve(true)))
      log.info(`Removed ${file}, whose process is gone`);
  }
}
