// All directories of the registry: records, discovery files and kept addresses.
import path from "node:path";
import { KeptAddresses } from "./keptAddresses";
import { CompanionFiles } from "./companionFiles";
import type { DiscoveryFiles } from "./discoveryFiles";
import { ProcessLiveness } from "./liveness";
import { LockFiles } from "./lockFiles";
import type { Place } from "../system/machine";
import { ensurePrivateDirectories } from "../system/privateDirectory";
import { Records } from "./records";

/** See locations.ts. */
export interface RegistryLocations {
  readonly home: string;
  readonly lockDirectory: string;
  readonly geminiDirectory: string;
  readonly qwenDirectory: string;
}

export interface RegistryFiles {
  readonly records: Records;
  readonly lockFiles: LockFiles;
  readonly companionFiles: readonly CompanionFiles[];
  /** All of these. */
  readonly discoveryFiles: readonly DiscoveryFiles[];
  readonly addresses: KeptAddresses;
  readonly liveness: ProcessLiveness;
  /** Creates and checks Berth's own directories. Throws a UserError. */
  ensureHome(): Promise<void>;
}

/** `here` is where this process runs. */
export function registryFiles(
  locations: RegistryLocations,
  here: Place,
): RegistryFiles {
  const records = new Records(path.join(locations.home, "instances"));
  const addresses = new KeptAddresses(path.join(locations.home, "addresses"));
  const liveness = new ProcessLiveness(here, records, addresses);
  const lockFiles = new LockFiles(locations.lockDirectory, liveness);
  const companionFiles = [
    CompanionFiles.gemini(locations.geminiDirectory, liveness),
    CompanionFiles.qwen(locations.qwenDirectory, liveness),
  ];
  return {
    records,
    lockFiles,
    companionFiles,
    discoveryFiles: [lockFiles, ...companionFiles],
    addresses,
    liveness,
    ensureHome: () =>
      ensurePrivateDirectories(locations.home, [
        records.directory,
        addresses.directory,
      ]),
  };
}
