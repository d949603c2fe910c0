// The host's copy of what the editor shows, and the view of it that one worktree's agents may have.
import { canonicalPath } from "../core/paths";
import type {
  EditorSelection,
  EditorState,
  EditorTab,
  FileDiagnostics,
} from "./contract";

/** What the agents of one instance may see: only files of its own worktree, all paths real. */
export interface EditorView {
  /** The active editor's selection; null when the active editor is not a file of this worktree. */
  readonly selection: EditorSelection | null;
  /** The newest selection in this worktree, whatever is active now. */
  readonly latestSelection: EditorSelection | null;
  readonly tabs: readonly EditorTab[];
  diagnostics(): FileDiagnostics[];
}

export class EditorCopy {
  #selection: EditorSelection | null = null;
  #tabs: readonly EditorTab[] = [];
  readonly #diagnostics = new Map<string, FileDiagnostics>();
  /** By worktree. */
  readonly #latest = new Map<string, EditorSelection>();

  /** `ownerOf` names the deepest worktree that a real path lies in. */
  constructor(private readonly ownerOf: (path: string) => string | undefined) {}

  push(state: Partial<EditorState>): void {
    if (state.selection !== undefined) {
      this.#selection = state.selection && withRealPath(state.selection);
      this.attribute();
    }
    if (state.tabs !== undefined)
      this.#tabs = state.tabs.map((tab) =>
        tab.path === null ? tab : { ...tab, path: canonicalPath(tab.path) },
      );
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
    return {
      selection: ifOwn(this.#selection),
      latestSelection: ifOwn(this.#latest.get(worktree)),
      tabs: this.#tabs.filter(({ path }) => path !== null && isOwn(path)),
      diagnostics: () =>
        [...this.#diagnostics.values()].filter(({ path }) => isOwn(path)),
    };
  }
}

function withRealPath<T extends { readonly path: string }>(value: T): T {
  return { ...value, path: canonicalPath(value.path) };
}
