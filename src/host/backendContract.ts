// What a window and the process that hosts tell each other about backends.
import type { BackendDefinition } from "../core/backends/definition";
import type { BackendState } from "../core/backends/state";
import type { Description } from "../core/control/api";
import type { Outcome } from "../core/outcome";

/** The backends that a window's settings define. */
export interface WindowBackends {
  /** The user's own, for every worktree. */
  readonly user: readonly BackendDefinition[];
  /** The workspace's, as far as the user has agreed to them; for its worktrees alone. */
  readonly workspace: readonly BackendDefinition[];
  /** Why others do not run, by name: a sentence. */
  readonly refused: readonly (readonly [name: string, reason: string])[];
}

/** A backend of one of the window's worktrees. */
export interface BackendView {
  /** Unique on this machine. */
  readonly id: string;
  /** As the user calls it. */
  readonly name: string;
  /** Real path. */
  readonly worktree: string;
  readonly isMcp: boolean;
  /** What users of windows have decided: true: somebody has asked for it; false: it was stopped; null: neither. */
  readonly isWanted: boolean | null;
  /** It was stopped because nobody used it. */
  readonly isIdle: boolean;
  readonly state:
    | BackendState
    /** It does not run here; the reason is a sentence. */
    | { readonly kind: "refused"; readonly reason: string };
}

/** One that runs or should, as other windows and processes are told of it. */
export type MachineBackend = Description["backends"][number];

/** The backends of the instances' worktrees. */
export interface InstanceBackends {
  of(worktree: string): readonly MachineBackend[];
  /** Whether a program holds one of them, or a user has asked for one. */
  areUsed(worktree: string): boolean;
  /** Resolves once it serves again. Rejects with a UserError. */
  restart(worktree: string, name: string): Promise<void>;
}

/** By what one is known while it has another definition, and so another id. */
export type BackendName = Pick<BackendView, "worktree" | "name">;

/** Of a map of those. */
export function keyOfBackend({ worktree, name }: BackendName): string {
  return `${worktree}\0${name}`;
}

/** What the process that hosts does with backends. */
export interface BackendsApi {
  /** Starts it where it does not run, and resolves once it serves; from then on it stays for the windows of its worktree. */
  requestBackend(worktree: string, name: string): Promise<Outcome<BackendView>>;
  /** Resolves once it serves again. */
  restartBackend(worktree: string, name: string): Promise<Outcome<null>>;
  /** Until somebody asks for it. Resolves once nothing of it is left. */
  stopBackend(worktree: string, name: string): Promise<Outcome<null>>;
  /** Resolves with the last of what it has written; from then on its lines are pushed, also after a restart. */
  followBackendLog(worktree: string, name: string): Promise<string>;
}

/** What a window is told of backends. */
export interface BackendEvents {
  /** Those of its worktrees, whether they run or not. */
  onDidChangeBackends(backends: readonly BackendView[]): void;
  /** Whole lines of one whose log the window follows. */
  onDidWriteBackendLog(backend: BackendName, lines: string): void;
}

/** What has been decided about one: a host that knows nothing yet goes on with it. */
export type BackendChoice = Pick<
  BackendView,
  "worktree" | "name" | "isWanted" | "isIdle"
>;

export function choicesOf(views: readonly BackendView[]): BackendChoice[] {
  return views
    .filter(({ isWanted, isIdle }) => isWanted !== null || isIdle)
    .map(({ worktree, name, isWanted, isIdle }) => ({
      ...{ worktree, name, isWanted, isIdle },
    }));
}
