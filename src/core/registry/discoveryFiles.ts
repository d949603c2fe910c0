// What all files by which agents find an instance have in common. Their directories are shared with other programs.
import type { LockFile } from "./formats";

/** What tells Berth's own file from another program's. */
export type Mark = Pick<
  LockFile,
  "instanceId" | "idePid" | "pidNamespace" | "createdAt"
>;

export interface DiscoveryFiles {
  readonly directory: string;
  /** Removes the file of a port if it is that instance's, and returns the paths of what was removed. */
  withdraw(port: number, instanceId: string): Promise<readonly string[]>;
  /** Whether any file stands for this port. */
  has(port: number): Promise<boolean>;
  /** Whether one stands there that is not ours to replace: another program's, or one from where our pids mean nothing. */
  isOthers(port: number): Promise<boolean>;
  /** Files with Berth's mark, of any instance. */
  readOurs(): Promise<readonly (Mark & { readonly port: number })[]>;
}

/** Whether any of them would overwrite another program's file for this port. */
export async function isOthers(
  all: readonly DiscoveryFiles[],
  port: number,
): Promise<boolean> {
  const others = await Promise.all(all.map((files) => files.isOthers(port)));
  return others.includes(true);
}
