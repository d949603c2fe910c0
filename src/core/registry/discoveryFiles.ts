// What all kinds of discovery files have in common. Their directories are shared with other programs.
import type { LockFile } from "./formats";

/** The fields that tell Berth's files from other programs'. */
export type Mark = Pick<
  LockFile,
  "instanceId" | "idePid" | "pidNamespace" | "createdAt"
>;

export interface DiscoveryFiles {
  readonly directory: string;
  /** Removes the port's file if it belongs to the instance; returns the removed paths. */
  withdraw(port: number, instanceId: string): Promise<readonly string[]>;
  /** Whether the port has a file, from any program. */
  has(port: number): Promise<boolean>;
  /** Whether the port has a file we must not replace: another program's, or one from another pid namespace. */
  isForeign(port: number): Promise<boolean>;
  /** Files with Berth's mark, from any instance. */
  readOurs(): Promise<readonly (Mark & { readonly port: number })[]>;
}

/** Whether publishing on this port would overwrite another program's file. */
export async function isForeign(
  all: readonly DiscoveryFiles[],
  port: number,
): Promise<boolean> {
  const others = await Promise.all(all.map((files) => files.isForeign(port)));
  return others.includes(true);
}
