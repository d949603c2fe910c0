// The host's copy of the editor's state, and the part of it that each worktree's agents may see.
import { canonicalPath } from "../../core/system/paths";
import type {
  EditorSelection,
  EditorState,
  EditorTab,
  FileDiagnostics,
} from "../contract";

/** What the agents of one instance may see: only files of its own worktree, all paths real. */
export interface EditorView {
  /** The active editor's selection; null if the active editor is not a file of this worktree. */
  readonly selection: EditorSelection | null;
  /** The newest selection in this worktree, even if another editor is active now. */
  readonly latestSelection: EditorSelection | null;
  readonly tabs: readonly EditorTab[];
  /** Whether the user trusts this workspace. */
  readonly isTrusted: boolean;
  /** The files in tabs, most recently active first; empty while the user does not share that. */
  recentFiles(): RecentFile[];
  diagnostics(): FileDiagnostics[];
}

export interface RecentFile {
  readonly path: string;
  readonly isActive: boolean;
  /** Milliseconds since 1970; 0: not since the host first saw this window. */
  readonly lastActiveAt: number;
}

export interface WindowFacts {
  readonly isTrusted: boolean;
  /** Whether agents may see what the user is looking at. */
  readonly isShared: boolean;
}

export class EditorCopy {
  #isTrusted = false;
  #isShared = false;
  #selection: EditorSelection | null = null;
  #tabs: readonly EditorTab[] = [];
  readonly #diagnostics = new Map<string, FileDiagnostics>();
  /** By worktree. */
  readonly #latest = new Map<string, EditorSelection>();
  /** When each file in a tab last became active. */
  #lastActiveAt: ReadonlyMap<string, number> = new Map();

  /** `ownerOf` returns the deepest worktree that contains a real path. */
  constructor(private readonly ownerOf: (path: string) => string | undefined) {}

  push(state: Partial<EditorState>): void {
    if (state.selection !== undefined) {
      this.#selection = state.selection && withRealPath(state.selection);
      this.attribute();
    }
    if (state.tabs !== undefined)
      this.#setTabs(
        state.tabs.map((tab) =>
          tab.path === null ? tab : { ...tab, path: canonicalPath(tab.path) },
        ),
      );
  }

  #setTabs(tabs: readonly EditorTab[]): void {
    const previous = activePath(this.#tabs);
    const active = activePath(tabs);
    // Later than all others, even within one millisecond.
    const now = Math.max(
      Date.now(),
      1 + Math.max(0, ...this.#lastActiveAt.values()),
    );
    this.#lastActiveAt = new Map(
      tabs.flatMap(({ path }) => {
        if (path === null) return [];
        const isNew = path === active && path !== previous;
        const at = isNew ? now : this.#lastActiveAt.get(path);
        return at === undefined ? [] : [[path, at] as const];
      }),
    );
    this.#tabs = tabs;
  }

  setWindow({ isTrusted, isShared }: WindowFacts): void {
    this.#isTrusted = isTrusted;
    this.#isShared = isShared;
    if (!isShared) this.forgetSelections();
  }

  /** Records the current selection as its worktree's latest. */
  attribute(): void {
    const owner = this.#selection && this.ownerOf(this.#selection.path);
    if (this.#selection && owner) this.#latest.set(owner, this.#selection);
  }

  /** Called when the user stops sharing selections. */
  forgetSelections(): void {
    this.#selection = null;
    this.#latest.clear();
  }

  pushDiagnostics(changed: readonly FileDiagnostics[]): void {
    for (const file of changed)
      if (file.diagnostics.length === 0) this.#diagnostics.delete(file.uri);
      else this.#diagnostics.set(file.uri, withRealPath(file));
  }

  viewOf(worktree: string): EditorView {
    const isOwn = (path: string): boolean => this.ownerOf(path) === worktree;
    const ifOwn = (selection: EditorSelection | null | undefined) =>
      selection && isOwn(selection.path) ? selection : null;
    const tabs = this.#tabs.filter(({ path }) => path !== null && isOwn(path));
    return {
      isTrusted: this.#isTrusted,
      recentFiles: () => (this.#isShared ? this.#recentFiles(tabs) : []),
      selection: ifOwn(this.#selection),
      latestSelection: ifOwn(this.#latest.get(worktree)),
      tabs,
      diagnostics: () =>
        [...this.#diagnostics.values()].filter(({ path }) => isOwn(path)),
    };
  }

  #recentFiles(tabs: readonly EditorTab[]): RecentFile[] {
    const active = activePath(tabs);
    const paths = new Set(tabs.flatMap(({ path }) => path ?? []));
    return [...paths]
      .map((path) => ({
        path,
        isActive: path === active,
        lastActiveAt: this.#lastActiveAt.get(path) ?? 0,
      }))
      .sort((a, b) => b.lastActiveAt - a.lastActiveAt);
  }
}

function activePath(tabs: readonly EditorTab[]): string | null {
  return tabs.find(({ isActive }) => isActive)?.path ?? null;
}

function withRealPath<T extends { readonly path: string }>(value: T): T {
  return { ...value, path: canonicalPath(value.path) };
}
