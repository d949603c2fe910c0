// All that a host keeps on disk, each in the directory that its options name.
import path from "node:path";
import { KeptAddresses } from "../core/registry/keptAddresses";
import { CompanionFiles } from "../core/registry/companionFiles";
import { LockFiles } from "../core/registry/lockFiles";
import { ensurePrivateDirectories } from "../core/system/privateDirectory";
import { Records } from "../core/registry/records";
import type { HostOptions } from "./contract";

export interface HostFiles {
  readonly records: Records;
  readonly lockFiles: LockFiles;
  readonly companionFiles: readonly CompanionFiles[];
  readonly addresses: KeptAddresses;
  /** Makes Berth's own directories and checks them; throws a UserError. */
  ensureHome(): Promise<void>;
}

export function hostFiles(options: HostOptions): HostFiles {
  const records = new Records(path.join(options.home, "instances"));
  const addresses = new KeptAddresses(path.join(options.home, "addresses"));
  return {
    records,
    lockFiles: new LockFiles(options.lockDirectory),
    companionFiles: [
      CompanionFiles.gemini(options.geminiDirectory),
      CompanionFiles.qwen(options.qwenDirectory),
    ],
    addresses,
    ensureHome: () =>
      ensurePrivateDirectories(options.home, [
        records.directory,
        addresses.directory,
      ]),
  };
}
