// What `berth list --json` prints: plain data without secrets, the same whether a machine was read here or over ssh.
import type { ListedBackend } from "../control/backendList";
import type { ListedInstance } from "../control/instanceList";
import type { OtherEditor } from "../registry/lockFiles";

/** `berth list --json`. */
export interface Listing {
  readonly instances: readonly InstanceItem[];
  readonly backends: readonly BackendItem[];
  readonly otherEditors: readonly OtherEditor[];
}

export type InstanceItem = Omit<
  ListedInstance["record"],
  "token" | "controlToken" | "version"
> & {
  readonly liveness: ListedInstance["liveness"];
  /** null: it does not say. */
  readonly clients: number | null;
  readonly active: boolean | null;
};

export type BackendItem = Omit<
  ListedBackend["record"],
  "version" | "supervisor"
> & {
  readonly liveness: ListedBackend["liveness"];
  /** The pid of the process that runs it. */
  readonly supervisor: number;
};

/** With --host: of several machines. `host` is null for the one on which it runs. */
export interface MergedListing {
  readonly instances: readonly (InstanceItem & OnHost)[];
  readonly backends: readonly (BackendItem & OnHost)[];
  readonly otherEditors: readonly (OtherEditor & OnHost)[];
  /** Machines that have not answered. Absent: all have. */
  readonly failures?: readonly {
    readonly host: string;
    readonly failure: string;
  }[];
}

interface OnHost {
  readonly host: string | null;
}

/** What another machine's `berth list --json` has printed. Throws if that is none. */
export function readListing(text: string): Listing {
  const value = JSON.parse(text) as Partial<Listing>;
  const { instances = [], backends = [], otherEditors = [] } = value;
  for (const list of [instances, backends, otherEditors])
    if (!Array.isArray(list)) throw new Error("it is no list of Berth");
  return { instances, backends, otherEditors };
}
