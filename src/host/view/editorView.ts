// What the agents of one worktree may see of the editor. A view never changes: one that differs is another object.
import type {
  EditorSelection,
  EditorTab,
  FileDiagnostics,
} from "../editorStateContract";

/** Only files of its own worktree, all paths real. */
export interface EditorView {
  /** The active editor's selection; null if the active editor is not a file of this worktree. */
  readonly selection: EditorSelection | null;
  /** The newest selection in this worktree, even if another editor is active now. */
  readonly latestSelection: EditorSelection | null;
  readonly tabs: readonly EditorTab[];
  /** Whether the user trusts this workspace. */
  readonly isTrusted: boolean;
  /** The files in tabs, most recently active first; empty while the user does not share that. */
  readonly recentFiles: readonly RecentFile[];
}

export interface RecentFile {
  readonly path: string;
  readonly isActive: boolean;
  /** Milliseconds since 1970; 0: not since the host first saw this window. */
  readonly lastActiveAt: number;
}

/** The problems that the editor reports for files of one worktree, as they are when asked for. */
export interface DiagnosticsView {
  all(): readonly FileDiagnostics[];
  /** Of a real path inside the worktree. */
  ofFile(path: string): readonly FileDiagnostics[];
}
