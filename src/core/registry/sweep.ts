// Removes records and discovery files of crashed windows, but only where the process is proven gone.
import type { InstanceRecord } from "./formats";
import { lockProcess, recordProcess } from "./liveness";
import type { DiscoveryFiles } from "./discoveryFiles";
import { removeVerified } from "./lockFiles";
import type { Log } from "../log";
import type { Records } from "./records";

/**
 * Safe to run in any number of processes at once. `isLeftOver` marks records that only the caller knows to be stale:
 * those of its own earlier worker.
 */
export async function sweep(
  records: Records,
  discoveryFiles: readonly DiscoveryFiles[],
  log: Log,
  isLeftOver: (record: InstanceRecord) => boolean = () => false,
): Promise<void> {
  const all = await records.readAll();
  const stale = new Set<string>();
  for (const record of all)
    if (isLeftOver(record) || (await recordProcess(record)) === "gone")
      stale.add(record.instanceId);
  const known = new Set(all.map(({ instanceId }) => instanceId));

  // Discovery files first: they mislead agents. A record left without any is swept next time.
  for (const files of discoveryFiles)
    for (const own of await files.readOurs()) {
      const { port, instanceId, idePid } = own;
      const isStale =
        stale.has(instanceId) ||
        (!known.has(instanceId) && (await lockProcess(own)) === "gone");
      if (!isStale) continue;
      for (const file of await files.withdraw(port, instanceId))
        log.info(`Removed ${file}, left behind by process ${idePid}`);
    }
  for (const instanceId of stale) {
    const file = records.file(instanceId);
    if (await removeVerified(file, () => Promise.resolve(true)))
      log.info(`Removed ${file}, whose process is gone`);
  }
}
