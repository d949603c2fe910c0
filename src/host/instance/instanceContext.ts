// What an instance is given: the windows that run it, and the context that the host shares among its instances.
import type {
  InstanceRecord,
  WindowIdentity,
} from "../../core/registry/formats";
import type {
  HomeFiles,
  RegistryFiles,
} from "../../core/registry/registryFiles";
import type { Log } from "../../core/log";
import type { Place } from "../../core/system/machine";
import type { Named } from "../../core/worktrees/names";
import type { Worktree } from "../../core/worktrees/worktree";
import type { InstanceBackends } from "../backendContract";
import type {
  EditorApi,
  HostSettings,
  Stopper,
  WorkspaceFolder,
} from "../contract";
import type { WindowView } from "../view/windowView";

/** How one window wants the instance. May change while it runs. */
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
  readonly files: HomeFiles;
  readonly peers: LivePeers;
  readonly backends: InstanceBackends;
  /** Of every instance that the host has started. */
  readonly instanceIds: Set<string>;
  readonly log: Log;
}

/** The serving process, as published in the files. */
export interface ServingProcess {
  readonly pid: number;
  readonly processStart: string;
  readonly place: Place;
  readonly version: string;
}

/** The other live instances on this machine. */
export interface LivePeers {
  olderThan(
    instance: Pick<InstanceRecord, "createdAt" | "instanceId">,
  ): readonly Named[];
  /** Whether another live instance serves the port. */
  isServed(port: number): boolean;
}

/** One window, as the instances of its worktrees see it. */
export interface InstanceWindow {
  readonly editor: EditorApi;
  /** Where its agents look for editors. */
  readonly files: RegistryFiles;
  /** The ancestor that its terminals share; see LockFile. */
  readonly parentPid: number;
  /** See WindowOptions. */
  readonly focusedAt: number;
  /** Aborted once its connection has ended. What it has pushed stays. */
  readonly gone: AbortSignal;
  /** What it shows, and to whose agents. */
  readonly view: Pick<WindowView, "viewOf" | "diagnosticsOf" | "isOpenTo">;
  /** Name of the worktree without an instance that a real path is in, inside one that has an instance; null: none. */
  unservedWorktreeOf(path: string): string | null;
  /** Whether the window shows it. */
  isActive(worktree: string): boolean;
}

export interface InstanceEvents {
  onDidChange(): void;
  /** Younger instances must keep their names distinct from its new one. */
  onDidRename(): void;
  /** Comes from another process; the discovery files are gone already. */
  onDidRequestStop(by: Stopper): void;
  /** Its port serves nobody any more; only a restart helps. */
  onDidFail(): void;
}
