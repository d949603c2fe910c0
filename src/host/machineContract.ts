// What every window is told of the instances of the whole machine: plain data without secrets, pushed when it changes.
import type { InstanceRecord, WindowIdentity } from "../core/registry/formats";
import type { OtherEditor } from "../core/registry/lockFiles";
import type { ListedWorktree } from "../core/worktrees/worktreeList";
import type { MachineBackend } from "./backendContract";
import type { Outcome } from "../core/outcome";

/** An agent that is connected to an instance. */
export interface ClientView extends ClientFacts {
  /** What people call it, and told from the instance's others: "Claude Code #2". */
  readonly label: string;
}

/** What a client knows of itself. */
export interface ClientFacts {
  readonly id: string;
  /** The client's own name ("claude-code"); null until it is initialized. */
  readonly name: string | null;
  readonly version: string | null;
  /** The agent's own process; null: it has not reported one, and none was found. */
  readonly pid: number | null;
  /** Whether the user can point it to files. */
  readonly takesMentions: boolean;
  /** When it has connected: milliseconds since 1970. */
  readonly since: number;
  /** Whether a call of it runs now. */
  readonly isBusy: boolean;
}

/** A change that an agent has proposed and nobody has decided on yet. */
export interface WaitingDiff {
  /** Unique on this machine. */
  readonly id: string;
  /** Id of the agent's connection. */
  readonly client: string;
  /** Display name of the agent. */
  readonly agent: string;
  /** Real path of the file as it would be. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** An instance of any window. */
export interface MachineInstance extends Pick<
  InstanceRecord,
  | "instanceId"
  | "name"
  | "worktree"
  | "gitCommonDir"
  | "repository"
  | "branch"
  | "port"
  | "pid"
  | "windows"
  | "createdAt"
> {
  /** "foreign": of another machine or container, which shares this home. */
  readonly liveness: "live" | "unresponsive" | "foreign";
  /** Whether the window that leads shows it. */
  readonly isActive: boolean;
  readonly clients: readonly ClientView[];
  readonly diffs: readonly WaitingDiff[];
  readonly backends: readonly MachineBackend[];
}

/** A worktree of a repository that a window has open. */
export type SiblingWorktree = ListedWorktree & {
  readonly repository: string;
  readonly gitCommonDir: string;
};

/** A worktree that another window has open, and whose instance runs in none. */
export interface StoppedInstance extends Pick<
  InstanceRecord,
  "name" | "worktree" | "gitCommonDir" | "repository" | "branch"
> {
  readonly because: "user" | "settings" | "limit";
  /** Of several the one focused last. */
  readonly window: WindowIdentity;
}

/** What has come of stopping an instance. One that is gone already counts as stopped. */
export type Stop =
  | { readonly kind: "stopped" }
  /** `why` is a sentence. It runs still, unless its process is proven gone: then only its files are left. */
  | {
      readonly kind: "unanswered";
      readonly why: string;
      readonly isGone: boolean;
    };

export interface MachineView {
  /** Oldest first. */
  readonly instances: readonly MachineInstance[];
  readonly otherEditors: readonly OtherEditor[];
  readonly stopped: readonly StoppedInstance[];
  /** Worktrees of the window's repositories that no window has open and no live instance serves. */
  readonly notRunning: readonly SiblingWorktree[];
  /** Paths of all worktrees of those repositories that are locked. */
  readonly locked: readonly string[];
}

/** What a window asks of any instance of the machine, by id. */
export interface MachineApi {
  /** As it is now: everything is looked at again, and what dead processes have left is taken away. */
  list(): Promise<MachineView>;
  /** Stops an instance of any window. */
  stopRemote(instanceId: string): Promise<Outcome<Stop>>;
  /** Removes what an instance has left whose process is proven gone. Nothing else is touched, and no process ended. */
  cleanUp(instanceId: string): Promise<Outcome<null>>;
  /** Asks the windows that have the worktree open for their users' choice back: it runs there. */
  startRemote(worktree: string): Promise<Outcome<null>>;
  focusRemote(instanceId: string): Promise<Outcome<null>>;
  /** Brings a waiting diff to the front, in the window that shows it. */
  showDiff(instanceId: string, id: string): Promise<Outcome<null>>;
  /** Closes an agent's connection. It may connect again. */
  disconnectAgent(instanceId: string, clientId: string): Promise<Outcome<null>>;
}

export interface MachineEvents {
  onDidChangeMachine(view: MachineView): void;
}
