// What the instance host and the editor say to each other across the worker's boundary: plain data, all of it typed.
// The editor pushes state as it changes; the host answers agents from its copy and calls back only to act.
import type { Listing } from "../core/control/machineInstances";
import type { InstanceRecord } from "../core/registry/formats";
import type { LogLevel } from "../core/log";
import type { Mention } from "../core/control/mention";
import type { Naming } from "../core/worktrees/names";
import type { Outcome } from "../core/outcome";
import type { RegistryLocations } from "../core/registry/registryFiles";
import type { PortRange } from "../core/system/ports";

/** Everything the wanted instances follow from. The whole of it is sent at every change. */
export interface Desired {
  /** Paths of the workspace folders, in their order; not yet real paths. */
  readonly folders: readonly WorkspaceFolder[];
  /** Directory of the file in the active editor, for autoStart "activeEditor". */
  readonly activeDirectory: string | null;
  readonly settings: HostSettings;
  readonly window: InstanceRecord["window"];
  /** Whether the user trusts what this window has open. */
  readonly isTrusted: boolean;
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
}

/** What the user asked for in this window, beyond the settings; the host keeps it, and a new host gets it back. */
export type Pin = "started" | "stopped";

export interface HostOptions extends RegistryLocations {
  /** The extension host's parent and the extension host itself; see LockFile. */
  readonly parentPid: number;
  readonly pid: number;
  readonly version: string;
  readonly owner: InstanceRecord["owner"];
  readonly pins: readonly (readonly [worktree: string, pin: Pin])[];
}

export interface ClientView {
  readonly id: string;
  /** As the client names itself ("claude-code"); null until it has. */
  readonly name: string | null;
  readonly version: string | null;
  /** The agent's own process, where it says so. */
  readonly pid: number | null;
}

export type InstanceState =
  | {
      readonly kind: "stopped";
      readonly because: "user" | "settings" | "limit";
    }
  | { readonly kind: "starting" }
  | {
      readonly kind: "running";
      readonly instanceId: string;
      readonly port: number;
      readonly clients: readonly ClientView[];
      /** A user's sentence where something is missing, such as the lock file; else null. */
      readonly warning: string | null;
    }
  | { readonly kind: "stopping" }
  | {
      readonly kind: "failed";
      readonly error: string;
      /** Milliseconds since 1970. */
      readonly retryAt: number;
    };

/** One worktree of this window, with its instance or without. */
export interface InstanceView {
  readonly worktree: string;
  /** null where there is no git. */
  readonly gitCommonDir: string | null;
  readonly name: string;
  readonly pin: Pin | null;
  readonly state: InstanceState;
  /** Why git has nothing to say of the folder, where that may surprise; else null. */
  readonly warning: string | null;
}

export interface Position {
  readonly line: number;
  readonly character: number;
}

/** 0-based. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface EditorSelection {
  readonly text: string;
  readonly path: string;
  readonly uri: string;
  readonly range: Range;
}

export interface EditorTab {
  readonly uri: string;
  /** null where the tab is not a file on disk. */
  readonly path: string | null;
  readonly isActive: boolean;
  readonly isPinned: boolean;
  readonly isPreview: boolean;
  readonly isDirty: boolean;
  readonly label: string;
  readonly groupIndex: number;
  readonly viewColumn: number;
  readonly isGroupActive: boolean;
  readonly languageId: string;
  readonly lineCount: number;
  readonly isUntitled: boolean;
}

export interface FileDiagnostic {
  readonly message: string;
  readonly severity: "Error" | "Warning" | "Info" | "Hint";
  readonly range: Range;
  readonly source?: string;
  readonly code?: string;
}

export interface FileDiagnostics {
  readonly uri: string;
  readonly path: string;
  /** Empty: the file has none any more. */
  readonly diagnostics: readonly FileDiagnostic[];
}

/** The parts of the editor's state that are pushed, each whole. */
export interface EditorState {
  /** The active text editor's; null when there is none or it may not be shared. */
  readonly selection: EditorSelection | null;
  readonly tabs: readonly EditorTab[];
}

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

/** A change that an agent proposes, for a person to decide. */
export interface ProposedDiff {
  /** Unique in this window. */
  readonly id: string;
  readonly worktree: string;
  /** As the user knows it: the agent's name and the instance's. */
  readonly agent: string;
  readonly instance: string;
  /** Real paths; equal but for a rename. The old one need not exist. */
  readonly oldPath: string;
  readonly newPath: string;
  readonly contents: string;
}

export type DiffDecision =
  /** `content` is what the user let stand; the agent writes it. */
  | { readonly kind: "accepted"; readonly content: string }
  | { readonly kind: "rejected" };

export interface DocumentState {
  readonly isDirty: boolean;
  readonly isUntitled: boolean;
}

/** What the user sends, to an instance of this window by its worktree or to one of any window by its id. */
export interface SendRequest {
  /** Unique in this window. */
  readonly id: string;
  readonly to: { readonly worktree: string } | { readonly instanceId: string };
  readonly mentions: readonly Mention[];
}

/** The host's side. Calls are answered in the order they were made. */
export interface HostApi {
  /** The wanted state, whole; resolves when the difference has been applied. */
  reconcile(desired: Desired): Promise<void>;
  /** Starts the instance of a worktree (any directory in it) on the user's word. */
  start(worktree: string): Promise<Outcome<string>>;
  /** Stops it until the user starts it again. */
  stop(worktree: string): Promise<void>;
  restart(worktree: string): Promise<void>;
  list(): Promise<Listing>;
  /** Stops an instance of any window by its id. */
  stopRemote(instanceId: string): Promise<Outcome<null>>;
  focusRemote(instanceId: string): Promise<Outcome<null>>;
  /**
   * Points every agent of an instance to files, after what was pushed of the selection, and says how many were told.
   * Waits up to 15 s for the first to connect.
   */
  send(request: SendRequest): Promise<Outcome<number>>;
  /** Ends the wait of a send(); nothing is sent then. */
  cancelSend(id: string): void;
  setActive(worktree: string | null): void;
  pushState(state: Partial<EditorState>): void;
  pushDiagnostics(changed: readonly FileDiagnostics[]): void;
  /** What was pushed may be secret from now on: no agent hears of it again. */
  forgetSelections(): void;
  /**
   * Withdraws every file, then closes every client and port. With `linger` (milliseconds) it goes on serving for that
   * long without files, or until a successor asks for its ports: so agents hardly notice a reload. Of no more use then.
   */
  shutDown(linger: number): Promise<void>;
}

/** The editor's side. */
export interface EditorApi {
  onDidChangeInstances(instances: readonly InstanceView[]): void;
  /** Another window or the command line asks for this worktree to be shown. */
  onDidRequestFocus(worktree: string): void;
  onDidLog(level: LogLevel, message: string): void;
  /** Resolves when the window itself has answered; never, where its page is gone and only its extension host is left. */
  reachWindow(): Promise<void>;
  openFile(file: OpenFileArguments): Promise<Outcome<OpenedFile>>;
  /** Shows the diff, and resolves once, when it is decided. */
  openDiff(diff: ProposedDiff): Promise<Outcome<DiffDecision>>;
  /**
   * Takes back a diff that is not decided yet: it closes and counts as rejected. Resolves with the proposal as the user
   * has edited it so far; null: there is no such diff any more.
   */
  closeDiff(id: string): Promise<string | null>;
  /** null: the file is not open. */
  readDocument(path: string): Promise<DocumentState | null>;
  /** Whether it could be saved; null: the file is not open. */
  saveDocument(path: string): Promise<boolean | null>;
  /** Runs code in the kernel of the open notebook, after the user agreed to that for this notebook. */
  executeCode(worktree: string, code: string): Promise<Outcome<string>>;
}
