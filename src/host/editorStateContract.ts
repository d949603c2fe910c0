// What a window pushes of its editor: agents are answered from it.

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
  /** null if the tab is not a file on disk. */
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
  /** Empty once the file has none. */
  readonly diagnostics: readonly FileDiagnostic[];
}

/** The editor state that is pushed; each part is sent whole. */
export interface EditorState {
  /** The active text editor's; null if there is none or it may not be shared. Long text is cut and says so. */
  readonly selection: EditorSelection | null;
  /** Selections pushed before, in documents that have changed since while another editor is active. */
  readonly earlier: readonly EditorSelection[];
  readonly tabs: readonly EditorTab[];
  /** Paths of the files in all editors, also of those that agents do not hear of: whoever has one open uses its worktree. */
  readonly openFiles: readonly string[];
}
