// Whether the process that wrote a file is still running. Never reports one as gone on a guess.
import type { InstanceRecord, LockFile } from "./formats";
import {
  bootId,
  bootTime,
  identifyProcess,
  pidExists,
  pidNamespace,
} from "../system/processIdentity";

/** "foreign": written in another pid namespace (container, WSL, other machine), so it cannot be judged from here. */
export type ProcessState = "running" | "gone" | "foreign";

export async function recordProcess(
  record: Pick<
    InstanceRecord,
    "pid" | "processStart" | "pidNamespace" | "createdAt"
  >,
): Promise<ProcessState> {
  const boot = bootId();
  if (boot !== undefined && !record.processStart.startsWith(`${boot}:`)) {
    // Written under another boot id. If that was before our boot, it was most likely this machine's previous boot.
    return record.createdAt < (bootTime() ?? 0) ? "gone" : "foreign";
  }
  if (isOtherNamespace(record.pidNamespace)) return "foreign";
  if (!pidExists(record.pid)) return "gone";
  const identity = await identifyProcess(record.pid);
  // Either is unknown if the system could not be queried.
  return identity === undefined ||
    record.processStart === "" ||
    identity.start === record.processStart
    ? "running"
    : "gone";
}

/** The state of the extension host named in one of our lock files. */
export async function lockProcess(
  lock: Pick<LockFile, "idePid" | "pidNamespace" | "createdAt">,
): Promise<ProcessState> {
  if (isOtherNamespace(lock.pidNamespace)) return "foreign";
  if (!pidExists(lock.idePid)) return "gone";
  const identity = await identifyProcess(lock.idePid);
  // Start times are accurate to about a second.
  return identity !== undefined && identity.startedAt > lock.createdAt + 2_000
    ? "gone"
    : "running";
}

function isOtherNamespace(namespace: string | undefined): boolean {
  return namespace !== undefined && namespace !== pidNamespace();
}
