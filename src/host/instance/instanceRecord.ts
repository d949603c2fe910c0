// What one instance says of itself: to other processes in its record, and to the windows.
import type { InstanceRecord } from "../../core/registry/formats";
import type { ServedAddress } from "../../core/registry/keptAddresses";
import type { MachineInstance } from "../machineContract";
import type { ServingProcess } from "./instanceContext";
import type { InstanceWindows } from "./instanceWindows";

/** The part that renames and folder changes do not affect. */
export interface InstanceIdentity extends ServedAddress {
  readonly instanceId: string;
  readonly worktree: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface RecordedInstance {
  readonly identity: InstanceIdentity;
  readonly process: ServingProcess;
  readonly name: string;
  readonly windows: Pick<InstanceWindows, "lead" | "identities">;
  /** That wait. */
  readonly diffs: number;
}

export function instanceRecord({
  identity: { instanceId, worktree, createdAt, port, token, controlToken },
  process: { pid, processStart, place },
  name,
  windows: { lead, identities },
  diffs,
}: RecordedInstance): InstanceRecord {
  const { git } = lead.spec.worktree;
  return {
    version: 2,
    instanceId,
    name,
    worktree,
    gitCommonDir: git?.gitCommonDir ?? null,
    repository: git?.repository ?? null,
    branch: git?.branch ?? null,
    pid,
    processStart,
    pidNamespace: place.pidNamespace,
    machine: place.machine,
    port,
    token,
    controlToken,
    socket: null,
    windows: identities,
    diffs,
    createdAt,
  };
}

/** What is in no record, and known only of those that answer. */
type Doings = Pick<
  MachineInstance,
  "isActive" | "clients" | "diffs" | "backends"
>;

const unknown: Doings = {
  isActive: false,
  clients: [],
  diffs: [],
  backends: [],
};

/** Without its secrets. */
export function machineInstance(
  record: InstanceRecord,
  liveness: MachineInstance["liveness"],
  { isActive, clients, diffs, backends } = unknown,
): MachineInstance {
  const { instanceId, name, worktree, gitCommonDir, repository } = record;
  const { branch, port, pid, windows, createdAt } = record;
  return {
    ...{ instanceId, name, worktree, gitCommonDir, repository },
    ...{ branch, port, pid, windows, createdAt },
    liveness,
    isActive,
    clients,
    diffs,
    backends,
  };
}
