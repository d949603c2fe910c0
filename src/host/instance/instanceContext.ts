// What an instance is given: its own spec, and the context that the host shares among its instances.
import type {
  InstanceRecord,
  WindowIdentity,
} from "../../core/registry/formats";
import type { RegistryFiles } from "../../core/registry/registryFiles";
import type { Log } from "../../core/log";
import type { Place } from "../../core/system/machine";
import type { Named } from "../../core/worktrees/names";
import type { Worktree } from "../../core/worktrees/worktree";
import type { EditorApi, HostSettings, WorkspaceFolder } from "../contract";
import type { DiagnosticsView, EditorView } from "../view/editorView";

/** What may change while the instance runs. */
export interface InstanceSpec {
  readonly worktree: Worktree;
  /** Not yet distinct from other instances' names. */
  readonly name: string;
  /** The worktree and the workspace folders inside it; real paths. */
  readonly folders: readonly WorkspaceFolder[];
  readonly settings: HostSettings;
  readonly window: WindowIdentity;
}

export interface InstanceContext {
  readonly process: ServingProcess;
  readonly files: RegistryFiles;
  readonly peers: LivePeers;
  /** Of every instance that the host has started. */
  readonly instanceIds: Set<string>;
  readonly window: WindowAccess;
  readonly log: Log;
}

/** The serving process, as published in the files. */
export interface ServingProcess {
  readonly pid: number;
  readonly processStart: string;
  readonly place: Place;
  /** The ancestor that terminals share with it; see LockFile. */
  readonly parentPid: number;
  readonly version: string;
}

/** The other live instances on this machine. */
export interface LivePeers {
  olderThan(
    instance: Pick<InstanceRecord, "createdAt" | "instanceId">,
  ): readonly Named[];
  /** The instance that serves a port; "own": another instance of this host. */
  holderOf(port: number): PortHolder | undefined;
}

export type PortHolder = "own" | InstanceRecord;

/** What the window lets the agents of one worktree see and do. */
export interface WindowAccess {
  readonly editor: EditorApi;
  viewOf(worktree: string): EditorView;
  diagnosticsOf(worktree: string): DiagnosticsView;
  /** Whether the worktree's agents may access a real path: its own files and those of the window's plain folders. */
  isOpenTo(worktree: string, path: string): boolean;
  /** Name of the worktree without an instance that a real path is in, inside one that has an instance; null: none. */
  unservedWorktreeOf(path: string): string | null;
  /** Whether the window shows it. */
  isActive(worktree: string): boolean;
}

export interface InstanceEvents {
  onDidChange(): void;
  /** Younger instances must keep their names distinct from its new one. */
  onDidRename(): void;
  /** Comes from another window or the command line; the discovery files are gone already. */
  onDidRequestStop(): void;
  onDidRequestFocus(): void;
  /** Its port serves nobody any more; only a restart helps. */
  onDidFail(): void;
}
