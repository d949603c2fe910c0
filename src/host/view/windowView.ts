// What the window shows and which worktree's agents may see it; decides when they hear of a change.
import { canonicalPath } from "../../core/system/paths";
import type { Worktree } from "../../core/worktrees/worktree";
import type { EditorState, FileDiagnostics } from "../editorStateContract";
import { EditorCopy, type WindowFacts } from "./editorCopy";
import type { DiagnosticsView, EditorView } from "./editorView";
import { FileOwners } from "./fileOwners";

export class WindowView {
  readonly #owners = new FileOwners();
  readonly #copy = new EditorCopy((file) => this.#owners.ownerOf(file));
  #openFiles: readonly string[] = [];
  /** Milliseconds. */
  #debounce = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `share` is called once things have not changed for a while. */
  constructor(private readonly share: () => void) {}

  setWindow(facts: WindowFacts, debounce: number): void {
    this.#debounce = debounce;
    this.#copy.setWindow(facts);
    this.#shareSoon();
  }

  pushState(state: Partial<EditorState>): void {
    this.#openFiles = state.openFiles ?? this.#openFiles;
    this.#copy.push(state);
    this.#shareSoon();
  }

  pushDiagnostics(changed: readonly FileDiagnostics[]): void {
    this.#copy.diagnostics.push(changed);
  }

  /** See EditorCopy. */
  forgetSelections(): void {
    this.#copy.forgetSelections();
  }

  /** See FileOwners.replace. */
  setOwners(own: Iterable<Worktree>, others: Iterable<string>): void {
    if (!this.#owners.replace(own, others)) return;
    this.#copy.reassign();
    this.#shareSoon();
  }

  ownerOf(file: string): string | undefined {
    return this.#owners.ownerOf(file);
  }

  /** Whether an editor shows a file of the worktree, agents may hear of it or not. */
  hasOpen(worktree: string): boolean {
    return this.#openFiles.some(
      (file) => this.ownerOf(canonicalPath(file)) === worktree,
    );
  }

  /** Whether the worktree's agents may access a real path: its own files and those of the window's plain folders. */
  isOpenTo(worktree: string, file: string): boolean {
    return this.#owners.isOpenTo(worktree, file);
  }

  viewOf(worktree: string): EditorView {
    return this.#copy.viewOf(worktree);
  }

  diagnosticsOf(worktree: string): DiagnosticsView {
    return this.#copy.diagnostics.viewOf(worktree);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #shareSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.share, this.#debounce);
  }
}
