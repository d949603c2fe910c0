// This window's instances, and which of them is active. All views listen here.
import path from "node:path";
import * as vscode from "vscode";
import { backendLabel } from "../../core/backendMessages";
import { canonicalPath } from "../../core/system/paths";
import { deepest } from "../../core/system/paths";
import type { BackendName } from "../../host/backendContract";
import type { InstanceView, WindowOptions } from "../../host/contract";

export class WindowInstances {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #activeChanged = new vscode.EventEmitter<void>();
  readonly #editorListener: vscode.Disposable;
  #views: readonly InstanceView[] = [];
  #activeWorktree: string | null = null;
  #previousActive: string | undefined;

  readonly onDidChange = this.#changed.event;
  /** Fires when another worktree becomes active. */
  readonly onDidChangeActive = this.#activeChanged.event;

  constructor() {
    this.#editorListener = vscode.window.onDidChangeActiveTextEditor(() => {
      this.#followEditor();
    });
  }

  get views(): readonly InstanceView[] {
    return this.#views;
  }

  /** The worktree last switched to or edited in, else the first one. */
  get active(): InstanceView | undefined {
    return (
      this.#views.find(({ worktree }) => worktree === this.#activeWorktree) ??
      this.#views[0]
    );
  }

  /** Of a backend of one of them; it tells worktrees apart. */
  labelOf({ name, worktree }: BackendName): string {
    const view = this.#views.find((each) => each.worktree === worktree);
    return backendLabel(name, view?.name ?? path.basename(worktree));
  }

  /** What the user started or stopped, beyond the settings, for a restarted host. */
  get pins(): WindowOptions["pins"] {
    return this.#views.flatMap(({ worktree, pin }) =>
      pin === null ? [] : [[worktree, pin] as const],
    );
  }

  /** Worktrees whose instances run. */
  get served(): string[] {
    return this.#views.flatMap(({ worktree, state }) =>
      state.kind === "running" ? [worktree] : [],
    );
  }

  replace(views: readonly InstanceView[]): void {
    this.#views = views;
    if (this.#activeWorktree === null) this.#followEditor();
    this.#fire();
  }

  activate(worktree: string): void {
    this.#activeWorktree = worktree;
    this.#fire();
  }

  dispose(): void {
    this.#editorListener.dispose();
    this.#changed.dispose();
    this.#activeChanged.dispose();
  }

  #fire(): void {
    this.#changed.fire();
    const active = this.active?.worktree;
    if (active === this.#previousActive) return;
    this.#previousActive = active;
    this.#activeChanged.fire();
  }

  #followEditor(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.uri.scheme !== "file") return;
    const worktree = deepest(
      this.#views.map((view) => view.worktree),
      canonicalPath(document.uri.fsPath),
    );
    if (worktree !== undefined && worktree !== this.#activeWorktree)
      this.activate(worktree);
  }
}
