// The host's copy of what the editor shows, and the view of it that one worktree's agents may have.
import { canonicalPath } from "../../core/system/paths";
import type {
  EditorSelection,
  EditorState,
  EditorTab,
  FileDiagnostics,
} from "../contract";

/** What the agents of one instance may see: only files of its own worktree, all paths real. */
export interface EditorView {
  /** The active editor's selection; null when the active editor is not a file of this worktree. */
  readonly selection: EditorSelection | null;
  /** The newest selection in this worktree, whatever is active now. */
  readonly latestSelection: EditorSelection | null;
  readonly tabs: readonly EditorTab[];
  /** Whether the user trusts what this window has open. */
  readonly isTrusted: boolean;
  /** The files in the tabs, the one looked at last first; none while the user does not share that. */
  recentFiles(): RecentFile[];
  diagnostics(): FileDiagnostics[];
}

export interface RecentFile {
  readonly path: string;
  readonly isActive: boolean;
  /** Milliseconds since 1970; 0: not since we know the window. */
  readonly lookedAt: number;
}

export interface WindowFacts {
  readonly isTrusted: boolean;
  /** Whether agents may hear what the user looks at. */
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
  /** When each file in a tab became the active one, for the last time. */
  #lookedAt: ReadonlyMap<string, number> = new Map();

  /** `ownerOf` names the deepest worktree that a real path lies in. */
  constructor(private readonly ownerOf: (path: string) => string | undefined) {}

  push(state: Partial<EditorState>): void {
    if (state.selection !== undefined) {
      this.#selection = state.selection && withRealPath(state.selection);
      this.attribute();
    }
    if (state.tabs !== undefined)
      this.#takeTabs(
        state.tabs.map((tab) =>
          tab.path === null ? tab : { ...tab, path: canonicalPath(tab.path) },
        ),
      );
  }

  #takeTabs(tabs: readonly EditorTab[]): void {
    const before = activePath(this.#tabs);
    const active = activePath(tabs);
    // Later than all others, also within one millisecond.
    const now = Math.max(
      Date.now(),
      1 + Math.max(0, ...this.#lookedAt.values()),
    );
    this.#lookedAt = new Map(
      tabs.flatMap(({ path }) => {
        if (path === null) return [];
        const isNew = path === active && path !== before;
        const at = isNew ? now : this.#lookedAt.get(path);
        return at === undefined ? [] : [[path, at] as const];
      }),
    );
    this.#tabs = tabs;
  }

  /** What the window as a whole says of its files. */
  takeWindow({ isTrusted, isShared }: WindowFacts): void {
    this.#isTrusted = isTrusted;
    this.#isShared = isShared;
    if (!isShared) this.forgetSelections();
  }

  /** Notes the current selection as its worktree's latest. */
  attribute(): void {
    const owner = this.#selection && this.ownerOf(this.#selection.path);
    if (this.#selection && owner) this.#latest.set(owner, this.#selection);
  }

  /** Forgets every selection, for when the user stops sharing them. */
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
      recentFiles: () => (this.#isShared ? this.#recent(tabs) : []),
      selection: ifOwn(this.#selection),
      latestSelection: ifOwn(this.#latest.get(worktree)),
      tabs,
      diagnostics: () =>
        [...this.#diagnostics.values()].filter(({ path }) => isOwn(path)),
    };
  }

  #recent(tabs: readonly EditorTab[]): RecentFile[] {
    const active = activePath(tabs);
    const paths = new Set(tabs.flatMap(({ path }) => path ?? []));
    return [...paths]
      .map((path) => ({
        path,
        isActive: path === active,
        lookedAt: this.#lookedAt.get(path) ?? 0,
      }))
      .sort((a, b) => b.lookedAt - a.lookedAt);
  }
}

function activePath(tabs: readonly EditorTab[]): string | null {
  return tabs.find(({ isActive }) => isActive)?.path ?? null;
}

function withRealPath<T extends { readonly path: string }>(value: T): T {
  return { ...value, path: canonicalPath(value.path) };
}
