// The host's copy of the editor's state, sorted by worktree when it is pushed: what agents ask for is only looked up.
import { isDeepStrictEqual } from "node:util";
import { canonicalPath } from "../../core/system/paths";
import type {
  EditorSelection,
  EditorState,
  EditorTab,
} from "../editorStateContract";
import { DiagnosticsIndex } from "./diagnosticsIndex";
import type { EditorView, RecentFile } from "./editorView";

export interface WindowFacts {
  readonly isTrusted: boolean;
  /** Whether agents may see what the user is looking at. */
  readonly isShared: boolean;
}

export class EditorCopy {
  readonly diagnostics: DiagnosticsIndex;
  #window: WindowFacts = { isTrusted: false, isShared: false };
  #selection: EditorSelection | null = null;
  /** undefined until they have been pushed. */
  #tabs: readonly EditorTab[] | undefined;
  /** By worktree. */
  readonly #latest = new Map<string, EditorSelection>();
  #tabsOf: ReadonlyMap<string, readonly EditorTab[]> = new Map();
  /** When each file in a tab last became active. */
  #lastActiveAt: ReadonlyMap<string, number> = new Map();
  /** By worktree, until something that it shows changes. */
  readonly #views = new Map<string, EditorView>();

  /** `ownerOf` returns the deepest worktree that contains a real path. */
  constructor(private readonly ownerOf: (path: string) => string | undefined) {
    this.diagnostics = new DiagnosticsIndex(ownerOf);
  }

  push({ selection, earlier, tabs }: Partial<EditorState>): void {
    if (selection !== undefined)
      this.#setSelection(selection && withRealPath(selection));
    for (const each of earlier ?? []) this.#replaceLatest(withRealPath(each));
    if (tabs !== undefined) this.#setTabs(tabs.map(withRealPath));
    this.#forgetClosed();
  }

  setWindow(facts: WindowFacts): void {
    if (!facts.isShared) this.forgetSelections();
    if (isDeepStrictEqual(facts, this.#window)) return;
    this.#window = facts;
    this.#views.clear();
  }

  /** Files may belong to other worktrees from now on; what was pushed before its worktree was known finds its owner. */
  reassign(): void {
    this.#tabsOf = this.#group(this.#tabs ?? []);
    for (const [worktree, { path }] of this.#latest)
      if (this.ownerOf(path) !== worktree) this.#latest.delete(worktree);
    this.#noteLatest();
    this.diagnostics.reassign();
    this.#views.clear();
  }

  /** Called when the user stops sharing selections. */
  forgetSelections(): void {
    this.#selection = null;
    this.#latest.clear();
    this.#views.clear();
  }

  viewOf(worktree: string): EditorView {
    const view = this.#views.get(worktree) ?? this.#makeView(worktree);
    this.#views.set(worktree, view);
    return view;
  }

  #setSelection(selection: EditorSelection | null): void {
    if (isDeepStrictEqual(selection, this.#selection)) return;
    this.#dropViewOf(this.#selection?.path);
    this.#selection = selection;
    this.#noteLatest();
    this.#dropViewOf(selection?.path);
  }

  #noteLatest(): void {
    const owner = this.#selection && this.ownerOf(this.#selection.path);
    if (this.#selection && owner) this.#latest.set(owner, this.#selection);
  }

  #replaceLatest(selection: EditorSelection): void {
    const owner = this.ownerOf(selection.path);
    if (owner === undefined) return;
    if (this.#latest.get(owner)?.path !== selection.path) return;
    this.#latest.set(owner, selection);
    this.#views.delete(owner);
  }

  /** What no editor shows any more is told to nobody. */
  #forgetClosed(): void {
    if (!this.#tabs) return;
    const shown = new Set(this.#tabs.map(({ path }) => path));
    if (this.#selection) shown.add(this.#selection.path);
    for (const [worktree, { path }] of this.#latest)
      if (!shown.has(path)) {
        this.#latest.delete(worktree);
        this.#views.delete(worktree);
      }
  }

  #setTabs(tabs: readonly EditorTab[]): void {
    const previous = activePath(this.#tabs ?? []);
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
    const tabsOf = this.#group(tabs);
    for (const worktree of new Set([...tabsOf.keys(), ...this.#tabsOf.keys()]))
      if (!isDeepStrictEqual(tabsOf.get(worktree), this.#tabsOf.get(worktree)))
        this.#views.delete(worktree);
    this.#tabsOf = tabsOf;
  }

  #group(tabs: readonly EditorTab[]): Map<string, EditorTab[]> {
    const groups = new Map<string, EditorTab[]>();
    for (const tab of tabs) {
      const owner = tab.path === null ? undefined : this.ownerOf(tab.path);
      if (owner === undefined) continue;
      const group = groups.get(owner);
      if (group) group.push(tab);
      else groups.set(owner, [tab]);
    }
    return groups;
  }

  #dropViewOf(file: string | undefined): void {
    const owner = file === undefined ? undefined : this.ownerOf(file);
    if (owner !== undefined) this.#views.delete(owner);
  }

  #makeView(worktree: string): EditorView {
    const tabs = this.#tabsOf.get(worktree) ?? [];
    const isActive =
      this.#selection && this.ownerOf(this.#selection.path) === worktree;
    return {
      isTrusted: this.#window.isTrusted,
      selection: isActive ? this.#selection : null,
      latestSelection: this.#latest.get(worktree) ?? null,
      tabs,
      recentFiles: this.#window.isShared ? this.#recentFiles(tabs) : [],
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

function withRealPath<T extends { readonly path: string | null }>(value: T): T {
  return value.path === null
    ? value
    : { ...value, path: canonicalPath(value.path) };
}
