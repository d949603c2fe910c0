// Removes records and discovery files of crashed windows, but only where the process is proven gone.
import type { InstanceRecord } from "./formats";
import type { ProcessLiveness } from "./liveness";
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
  liveness: ProcessLiveness,
  log: Log,
  isLeftOver: (record: InstanceRecord) => boolean = () => false,
): Promise<void> {
  const all = await records.readAll();
  const states = await liveness.ofRecords(all);
  const stale = new Set(
    all
      .filter((record, index) => isLeftOver(record) || states[index] === "gone")
      .map(({ instanceId }) => instanceId),
  );
  const known = new Set(all.map(({ instanceId }) => instanceId));

  // Discovery files first: they mislead agents. A record left without any is swept next time.
  for (const files of discoveryFiles) {
    const ours = await files.readOurs();
    const states = await liveness.ofLocks(ours);
    for (const [index, { port, instanceId, idePid }] of ours.entries()) {
      const isStale =
        stale.has(instanceId) ||
        (!known.has(instanceId) && states[index] === "gone");
      if (!isStale) continue;
      for (const file of await files.withdraw(port, instanceId))
        log.info(`Removed ${file}, left behind by process ${idePid}`);
    }
  }
  for (const instanceId of stale) {
    const file = records.file(instanceId);
    if (await removeVerified(file, () => Promise.resolve(true)))
      log.info(`Removed ${file}, whose process is gone`);
  }
}
