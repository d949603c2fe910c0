// Whether the process behind a file is still the one that wrote it. Nothing is ever called dead on a guess.
import type { InstanceRecord, LockFile } from "./formats";
import {
  bootId,
  bootTime,
  identifyProcess,
  pidExists,
  pidNamespace,
} from "../system/processIdentity";

/** "foreign": written where our pids mean nothing (a container, WSL, another machine), so it cannot be judged from here. */
export type ProcessState = "running" | "gone" | "foreign";

/** The state of the process that a record names. */
export async function recordProcess(
  record: Pick<
    InstanceRecord,
    "pid" | "processStart" | "pidNamespace" | "createdAt"
  >,
): Promise<ProcessState> {
  const boot = bootId();
  if (boot !== undefined && !record.processStart.startsWith(`${boot}:`)) {
    // Another kernel wrote it. Before our boot: most likely this machine, one boot ago.
    return record.createdAt < (bootTime() ?? 0) ? "gone" : "foreign";
  }
  if (isOtherNamespace(record.pidNamespace)) return "foreign";
  if (!pidExists(record.pid)) return "gone";
  const identity = await identifyProcess(record.pid);
  // Neither is known where the system could not be asked.
  return identity === undefined ||
    record.processStart === "" ||
    identity.start === record.processStart
    ? "running"
    : "gone";
}

/** The state of the extension host that a lock file of ours names. */
export async function lockProcess(
  lock: Pick<LockFile, "idePid" | "pidNamespace" | "createdAt">,
): Promise<ProcessState> {
  if (isOtherNamespace(lock.pidNamespace)) return "foreign";
  if (!pidExists(lock.idePid)) return "gone";
  const identity = await identifyProcess(lock.idePid);
  // Start times are only exact to about a second.
  return identity !== undefined && identity.startedAt > lock.createdAt + 2_000
    ? "gone"
    : "running";
}

function isOtherNamespace(namespace: string | undefined): boolean {
  return namespace !== undefined && namespace !== pidNamespace();
}
