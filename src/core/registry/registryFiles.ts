// All directories of the registry: Berth's own (records and kept addresses), and those where agents look for editors.
import path from "node:path";
import { KeptAddresses } from "./keptAddresses";
import { CompanionFiles } from "./companionFiles";
import type { DiscoveryFiles } from "./discoveryFiles";
import { ProcessLiveness } from "./liveness";
import { LockFiles } from "./lockFiles";
import type { Place } from "../system/machine";
import { ensurePrivateDirectories } from "../system/privateDirectory";
import { Records } from "./records";

/** Where one user's agents look for editors; see locations.ts. */
export interface DiscoveryLocations {
  readonly lockDirectory: string;
  readonly geminiDirectory: string;
  readonly qwenDirectory: string;
}

/** See locations.ts. */
export interface RegistryLocations extends DiscoveryLocations {
  readonly home: string;
}

/** What lies in one Berth home. */
export interface HomeFiles {
  readonly records: Records;
  readonly addresses: KeptAddresses;
  readonly liveness: ProcessLiveness;
  /** Creates and checks Berth's own directories. Throws a UserError. */
  ensureHome(): Promise<void>;
}

export interface RegistryFiles extends SweptFiles {
  readonly lockFiles: LockFiles;
  readonly companionFiles: readonly CompanionFiles[];
}

/** Where dead processes may have left files behind. */
export interface SweptFiles extends HomeFiles {
  /** In every directory in which files are published. */
  readonly discoveryFiles: readonly DiscoveryFiles[];
}

/** `here` is where this process runs. */
export function homeFiles(home: string, here: Place): HomeFiles {
  const records = new Records(path.join(home, "instances"));
  const addresses = new KeptAddresses(path.join(home, "addresses"));
  return {
    records,
    addresses,
    liveness: new ProcessLiveness(here, records, addresses),
    ensureHome: () =>
      ensurePrivateDirectories(home, [records.directory, addresses.directory]),
  };
}

export function registryFiles(
  locations: RegistryLocations,
  here: Place,
  home = homeFiles(locations.home, here),
): RegistryFiles {
  const { lockDirectory, geminiDirectory, qwenDirectory } = locations;
  const { liveness } = home;
  const lockFiles = new LockFiles(lockDirectory, liveness);
  const companionFiles = [
    CompanionFiles.gemini(geminiDirectory, liveness),
    CompanionFiles.qwen(qwenDirectory, liveness),
  ];
  return {
    ...home,
    lockFiles,
    companionFiles,
    discoveryFiles: [lockFiles, ...companionFiles],
  };
}
