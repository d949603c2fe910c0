// Whether the processes that wrote files are still running. Never reports one as gone on a guess.
import {
  bootId,
  bootTime,
  pidExists,
  pidNamespace,
  type ProcessIdentity,
} from "../system/processIdentity";
import { ProcessTable } from "../system/processTable";
import type { InstanceRecord, LockFile } from "./formats";

/** "foreign": written in another pid namespace (container, WSL, other machine), so it cannot be judged from here. */
export type ProcessState = "running" | "gone" | "foreign";

type RecordMark = Pick<
  InstanceRecord,
  "pid" | "processStart" | "pidNamespace" | "createdAt"
>;
type LockMark = Pick<LockFile, "idePid" | "pidNamespace" | "createdAt">;
type Identities = ReadonlyMap<number, ProcessIdentity>;

export class ProcessLiveness {
  constructor(private readonly processes = new ProcessTable()) {}

  /** The states of the processes that these records name, in their order: the system is asked once for all of them. */
  async ofRecords(records: readonly RecordMark[]): Promise<ProcessState[]> {
    const boot = bootId();
    const identities = await this.processes.identify(
      records.map(({ pid }) => pid),
    );
    return records.map((record) => recordState(record, boot, identities));
  }

  async ofRecord(record: RecordMark): Promise<ProcessState> {
    const [state = "foreign"] = await this.ofRecords([record]);
    return state;
  }

  /** The same for the extension hosts that lock files of ours name. */
  async ofLocks(locks: readonly LockMark[]): Promise<ProcessState[]> {
    const identities = await this.processes.identify(
      locks.map(({ idePid }) => idePid),
    );
    return locks.map((lock) => lockState(lock, identities));
  }

  async ofLock(lock: LockMark): Promise<ProcessState> {
    const [state = "foreign"] = await this.ofLocks([lock]);
    return state;
  }
}

function recordState(
  { pid, processStart, pidNamespace: namespace, createdAt }: RecordMark,
  boot: string | undefined,
  identities: Identities,
): ProcessState {
  if (boot !== undefined && !processStart.startsWith(`${boot}:`)) {
    // Written under another boot id. If that was before our boot, it was most likely this machine's previous boot.
    return createdAt < (bootTime() ?? 0) ? "gone" : "foreign";
  }
  if (isOtherNamespace(namespace)) return "foreign";
  const start = identities.get(pid)?.start;
  if (start === undefined) return pidExists(pid) ? "running" : "gone";
  return processStart === "" || start === processStart ? "running" : "gone";
}

function lockState(
  { idePid, pidNamespace: namespace, createdAt }: LockMark,
  identities: Identities,
): ProcessState {
  if (isOtherNamespace(namespace)) return "foreign";
  const identity = identities.get(idePid);
  if (identity === undefined) return pidExists(idePid) ? "running" : "gone";
  // Start times are accurate to about a second.
  return identity.startedAt > createdAt + 2_000 ? "gone" : "running";
}

function isOtherNamespace(namespace: string | undefined): boolean {
  return namespace !== undefined && namespace !== pidNamespace();
}
