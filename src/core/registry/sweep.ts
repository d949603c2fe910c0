// Removes what crashed windows left behind, but only where the process is proven gone.
import path from "node:path";
import type { Log } from "../log";
import type { InstanceRecord } from "./formats";
import type { SweptFiles } from "./registryFiles";
import { removeTemporaryFiles } from "./temporaryFiles";

/**
 * Safe to run in any number of processes at once. `isLeftOver` marks records that only the caller knows to be stale:
 * those of an earlier host in its own process.
 */
export async function sweep(
  files: SweptFiles,
  log: Log,
  isLeftOver: (record: InstanceRecord) => boolean = () => false,
): Promise<void> {
  const all = await files.records.readAll();
  const states = await files.liveness.ofRecords(all);
  const stale = all.filter(
    (record, index) => isLeftOver(record) || states[index] === "gone",
  );
  const staleIds = new Set(stale.map(({ instanceId }) => instanceId));
  const known = new Set(all.map(({ instanceId }) => instanceId));

  // Discovery files first: they mislead agents. A record left without any is swept next time.
  for (const discovery of files.discoveryFiles) {
    const ours = await discovery.readOurs();
    const states = await files.liveness.ofFiles(ours);
    for (const [index, { port, instanceId, idePid }] of ours.entries()) {
      const isStale =
        staleIds.has(instanceId) ||
        (!known.has(instanceId) && states[index] === "gone");
      if (!isStale) continue;
      for (const file of await discovery.withdraw(port, instanceId))
        log.info(`Removed ${file}, left behind by process ${idePid}`);
    }
  }
  for (const record of stale)
    if (await files.records.remove(record))
      log.info(
        `Removed ${files.records.file(record.instanceId)}, whose process is gone`,
      );
  const own = [files.records.directory, files.addresses.directory];
  const temporary = await Promise.all([
    ...own.map((directory) =>
      removeTemporaryFiles([path.dirname(directory), directory], () => true),
    ),
    ...files.discoveryFiles.map((discovery) => discovery.removeTemporary()),
  ]);
  for (const file of temporary.flat())
    log.info(`Removed ${file}, which was never finished`);
}
