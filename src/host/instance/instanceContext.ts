// What an instance is given: by its plan, by the host around it, and whom it tells.
import type { InstanceRecord } from "../../core/registry/formats";
import type { Log } from "../../core/log";
import type { Worktree } from "../../core/worktrees/worktree";
import type {
  EditorApi,
  HostOptions,
  HostSettings,
  WorkspaceFolder,
} from "../contract";
import type { EditorView } from "../view/editorCopy";
import type { RegistryFiles } from "../../core/registry/registryFiles";
import type { RecordWatcher } from "../../core/registry/recordWatcher";

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

/** What all instances of a host share. */
export interface InstanceContext extends RegistryFiles {
  readonly options: HostOptions;
  readonly processStart: string;
  /** Of this host, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly neighbours: RecordWatcher;
  readonly editor: EditorApi;
  readonly log: Log;
  viewOf(worktree: string): EditorView;
  /** Whether an agent of this worktree may touch a real path: its own files, and those of the window's other folders. */
  isOpenTo(worktree: string, path: string): boolean;
  isActive(worktree: string): boolean;
}

export interface InstanceEvents {
  onDidChange(): void;
  /** Another window or the command line wants it stopped; its discovery files are gone already. */
  onDidRequestStop(): void;
  onDidRequestFocus(): void;
}
