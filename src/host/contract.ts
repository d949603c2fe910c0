// The typed contract between the instance host and one window, across processes: plain data only.
// The editor pushes state as it changes; the host answers agents from its copy and calls back only to act.
import type { WindowIdentity } from "../core/registry/formats";
import type { LogLevel } from "../core/log";
import type { Mention } from "../core/control/mention";
import type { Naming } from "../core/worktrees/names";
import type { Outcome } from "../core/outcome";
import type { DiscoveryLocations } from "../core/registry/registryFiles";
import type { PortRange } from "../core/system/ports";
import type { Worktree } from "../core/worktrees/worktree";
import type {
  BackendChoice,
  BackendEvents,
  WindowBackends,
} from "./backendContract";
import type { FileDiagnostics, EditorState } from "./editorStateContract";
import type { ClientView, MachineApi, MachineEvents } from "./machineContract";
import type { Answer, Operation, OperationKind } from "./operationsContract";

/** Everything that determines which instances run. Sent whole at every change. */
export interface DesiredState {
  /** The workspace folders in order; not yet real paths. */
  readonly folders: readonly WorkspaceFolder[];
  /** Directory of the active editor's file, for autoStart "activeEditor". */
  readonly activeDirectory: string | null;
  readonly settings: HostSettings;
  readonly window: WindowIdentity;
  /** Whether the user trusts this workspace. */
  readonly isTrusted: boolean;
  readonly backends: WindowBackends;
}

export interface WorkspaceFolder {
  readonly name: string;
  readonly path: string;
}

export interface HostSettings extends Naming {
  readonly enabled: boolean;
  readonly autoStart: "workspace" | "activeEditor" | "off";
  readonly maxInstances: number;
  readonly portRange: PortRange;
  readonly maxClients: number;
  readonly shareSelection: boolean;
  /** Milliseconds. */
  readonly selectionDebounce: number;
  /** Milliseconds for which instances stay without a window, so that a reload cuts no agent off. */
  readonly reloadGrace: number;
}

/**
 * What overrides the settings: the user's own start or stop in a window, or that they have entered a worktree while the
 * settings say so, which lasts for as long as it is used. The next host gets the pins of before.
 */
export type Pin = "started" | "entered" | "stopped";

/** Who has stopped an instance that other windows have open too. */
export type Stopper =
  /** Its user, in the window with that workspace: a URI; null: nothing is open in it. */
  | { readonly kind: "window"; readonly workspace: string | null }
  | { readonly kind: "shell" };

/** What a window brings when it attaches, and keeps for as long as it is attached. */
export interface WindowOptions extends DiscoveryLocations {
  /** The extension host's parent: terminals share it; see LockFile. */
  readonly parentPid: number;
  /** Of its extension host: git and what else runs for the window runs with it. */
  readonly environment: Readonly<Record<string, string>>;
  /** When the user last turned to it: milliseconds since 1970; 0: never. */
  readonly focusedAt: number;
  readonly pins: readonly (readonly [worktree: string, pin: Pin])[];
  /** Worktrees that its last host served until a moment ago, even if it has shown no sign of life for long. */
  readonly served: readonly string[];
  /** What git has told its last host. It is asked again; until it has answered, this counts. */
  readonly known: readonly KnownFolder[];
  readonly backends: readonly BackendChoice[];
}

/** The worktree that a folder lies in, as git has reported it. */
export type KnownFolder = readonly [folder: string, worktree: Worktree];

export type InstanceState =
  | {
      readonly kind: "stopped";
      readonly because: "user" | "settings" | "limit";
      /** null: this window's user, or nobody. */
      readonly by: Stopper | null;
    }
  | { readonly kind: "starting" }
  | {
      readonly kind: "running";
      readonly instanceId: string;
      readonly port: number;
      /** Of the process that serves it. */
      readonly pid: number;
      readonly clients: readonly ClientView[];
      /** A sentence for the user if something is missing, such as the lock file; else null. */
      readonly warning: string | null;
    }
  | { readonly kind: "stopping" }
  | {
      readonly kind: "failed";
      readonly error: string;
      /** Milliseconds since 1970. */
      readonly retryAt: number;
    };

/** One worktree of this window, with or without an instance. */
export interface InstanceView {
  readonly worktree: string;
  /** null without git. */
  readonly gitCommonDir: string | null;
  readonly repository: string | null;
  readonly name: string;
  readonly pin: Pin | null;
  readonly state: InstanceState;
  /** Why git reports nothing about the folder, if that may surprise the user; else null. */
  readonly warning: string | null;
}

/** The instance that would be missed least. */
export type LeastUsed = Pick<InstanceView, "worktree" | "name">;

export interface OpenFileArguments {
  /** Real absolute path inside the worktree. */
  readonly filePath: string;
  readonly preview: boolean;
  readonly startText: string;
  readonly endText: string;
  readonly selectToEndOfLine: boolean;
  readonly makeFrontmost: boolean;
}

export interface OpenedFile {
  readonly languageId: string;
  readonly lineCount: number;
}

/** A change that an agent proposes and the user decides on. */
export interface ProposedDiff {
  /** Unique in this window. */
  readonly id: string;
  readonly worktree: string;
  /** Of the agent's connection; see ClientView. */
  readonly client: string;
  /** Display names of the agent and of the worktree that the file is in. */
  readonly agent: string;
  readonly instance: string;
  /** Real paths, equal except for a rename. The old one need not exist. */
  readonly oldPath: string;
  readonly newPath: string;
  readonly contents: string;
  /** Whether the agent hears why it is rejected. */
  readonly takesReason: boolean;
  /** What the user had made of the contents in a window that is gone; null: shown for the first time, or unchanged. */
  readonly edited: string | null;
}

export type DiffDecision =
  /** `content` is what the user accepted, edits included; the agent writes it. */
  | { readonly kind: "accepted"; readonly content: string }
  | { readonly kind: "rejected"; readonly reason?: string };

/** What agents may ask of the editor. */
export type ActingEditor = Pick<
  EditorApi,
  | "openFile"
  | "openDiff"
  | "closeDiff"
  | "readDocument"
  | "saveDocument"
  | "executeCode"
  | "operate"
>;

/** Of a file that agents may hear of. */
export interface DocumentState {
  readonly isDirty: boolean;
  readonly isUntitled: boolean;
}

/** Goes to an instance of this window by worktree, or to one of any window by id. */
export interface SendRequest {
  /** Unique in this window. */
  readonly id: string;
  readonly to: { readonly worktree: string } | { readonly instanceId: string };
  readonly mentions: readonly Mention[];
  /** Id of the only agent that gets them; undefined: all do. */
  readonly client?: string | undefined;
}

/** What the host does for one window. Calls are answered in the order they were made. */
export interface HostApi extends MachineApi {
  /** Takes the whole desired state; resolves once it has been applied. */
  reconcile(desired: DesiredState): Promise<void>;
  /**
   * Starts an instance at the user's request. `worktree` may be any directory in it; returns the worktree's path.
   * `inPlaceOf` is stopped in the same step: a window at its limit has room for one.
   */
  start(worktree: string, inPlaceOf?: string): Promise<Outcome<string>>;
  /** Stops it until the user starts it again. */
  stop(worktree: string): Promise<void>;
  restart(worktree: string): Promise<void>;
  /** Of the window's running instances the one that neither its user nor an agent has used for longest; null: none runs. */
  leastUsed(): Promise<LeastUsed | null>;
  /**
   * Mentions files to every agent of an instance, after the selection pushed so far; returns how many received them.
   * Waits up to 15 s for the first to connect.
   */
  send(request: SendRequest): Promise<Outcome<number>>;
  /** Cancels a send() that still waits; nothing is sent. */
  cancelSend(id: string): void;
  setActive(worktree: string | null): void;
  /** The user has turned to this window (milliseconds since 1970): it leads wherever several have a worktree open. */
  noteFocus(at: number): void;
  /** The user has edited a diff that waits. */
  pushEditedDiff(id: string, contents: string): void;
  pushState(state: Partial<EditorState>): void;
  pushDiagnostics(changed: readonly FileDiagnostics[]): void;
  /** The pushed selections may be secret from now on: no agent sees them again. */
  forgetSelections(): void;
}

/** What the process that hosts does for a window. */
export interface ServerApi {
  /** Answers at once: it is alive. */
  beat(): Promise<void>;
  /** Ends the process, as a person has asked; all windows then attach to the next one. */
  endServer(): void;
}

/** Implemented by the editor of one window. */
export interface EditorApi extends BackendEvents, MachineEvents {
  /** The process that hosts ends on purpose; the next one is attached to. */
  onWillEnd(): void;
  onDidChangeInstances(instances: readonly InstanceView[]): void;
  /** git has answered about all folders: see WindowOptions. */
  onDidLearnWorktrees(known: readonly KnownFolder[]): void;
  /** Another window or the command line asks to show this worktree. */
  onDidRequestFocus(worktree: string): void;
  /** The same of a diff that waits in this window. */
  onDidRequestDiff(id: string): void;
  onDidLog(level: LogLevel, message: string): void;
  /** Resolves when the window itself answers; never, if its page is gone and only its extension host is left. */
  pingWindow(): Promise<void>;
  openFile(file: OpenFileArguments): Promise<Outcome<OpenedFile>>;
  /** Shows the diff, or goes on showing one of the same id; resolves when it is decided. */
  openDiff(diff: ProposedDiff): Promise<Outcome<DiffDecision>>;
  /**
   * Closes an undecided diff, which then counts as rejected. Returns the proposal as edited so far; null if there is no
   * such diff any more.
   */
  closeDiff(id: string): Promise<string | null>;
  /** null: the file is not open, or agents may not hear of it. */
  readDocument(path: string): Promise<DocumentState | null>;
  /** Whether it was saved; null as in readDocument. */
  saveDocument(path: string): Promise<boolean | null>;
  /** Runs code in the kernel of the open notebook, once the user has allowed that for this notebook. */
  executeCode(worktree: string, code: string): Promise<Outcome<string>>;
  operate<Kind extends OperationKind>(
    operation: Operation<Kind>,
  ): Promise<Outcome<Answer<Kind>>>;
}
