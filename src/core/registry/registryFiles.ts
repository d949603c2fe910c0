// All directories of the registry: records, discovery files and kept addresses.
import path from "node:path";
import { KeptAddresses } from "./keptAddresses";
import { CompanionFiles } from "./companionFiles";
import { ProcessLiveness } from "./liveness";
import { LockFiles } from "./lockFiles";
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
  readonly addresses: KeptAddresses;
  readonly liveness: ProcessLiveness;
  /** Creates and checks Berth's own directories. Throws a UserError. */
  ensureHome(): Promise<void>;
}

export function registryFiles(locations: RegistryLocations): RegistryFiles {
  const records = new Records(path.join(locations.home, "instances"));
  const liveness = new ProcessLiveness();
  const addresses = new KeptAddresses(path.join(locations.home, "addresses"));
  return {
    records,
    lockFiles: new LockFiles(locations.lockDirectory, liveness),
    companionFiles: [
      CompanionFiles.gemini(locations.geminiDirectory, liveness),
      CompanionFiles.qwen(locations.qwenDirectory, liveness),
    ],
    addresses,
    liveness,
    ensureHome: () =>
      ensurePrivateDirectories(locations.home, [
        records.directory,
        addresses.directory,
      ]),
  };
}
