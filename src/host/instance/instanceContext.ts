// What an instance is given: what its plan says of it, and what the host lends to all of its instances.
import type { InstanceRecord } from "../../core/registry/formats";
import type { RegistryFiles } from "../../core/registry/registryFiles";
import type { Log } from "../../core/log";
import type { Named } from "../../core/worktrees/names";
import type { Worktree } from "../../core/worktrees/worktree";
import type { EditorApi, HostSettings, WorkspaceFolder } from "../contract";
import type { EditorView } from "../view/editorCopy";

/** What may change while the instance runs. */
export interface InstanceSpec {
  readonly worktree: Worktree;
  /** Before it is made distinct from the names of other instances. */
  readonly name: string;
  /** The worktree and the workspace folders inside it; real paths. */
  readonly folders: readonly WorkspaceFolder[];
  readonly settings: HostSettings;
  readonly window: InstanceRecord["window"];
}

export interface InstanceContext {
  readonly process: ServingProcess;
  readonly files: RegistryFiles;
  readonly peers: LivePeers;
  readonly window: WindowAccess;
  readonly log: Log;
}

/** The process that serves, as the files name it. */
export interface ServingProcess {
  readonly pid: number;
  readonly processStart: string;
  /** The process that terminals have in common with it; see LockFile. */
  readonly parentPid: number;
  /** Of the host in it, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly owner: InstanceRecord["owner"];
  readonly version: string;
}

/** The other live instances of this machine. */
export interface LivePeers {
  olderThan(
    instance: Pick<InstanceRecord, "createdAt" | "instanceId">,
  ): readonly Named[];
  /** Who serves a port; "own": another instance of this host. */
  holderOf(port: number): PortHolder | undefined;
}

export type PortHolder = "own" | InstanceRecord;

/** What the window lets the agents of one worktree see and do. */
export interface WindowAccess {
  readonly editor: EditorApi;
  viewOf(worktree: string): EditorView;
  /** Whether an agent of this worktree may touch a real path: its own files, and those of the window's plain folders. */
  isOpenTo(worktree: string, path: string): boolean;
  /** Whether it is the one that the window shows. */
  isActive(worktree: string): boolean;
}

export interface InstanceEvents {
  onDidChange(): void;
  /** Another window or the command line wants it stopped; its discovery files are gone already. */
  onDidRequestStop(): void;
  onDidRequestFocus(): void;
}
