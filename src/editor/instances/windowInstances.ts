// What this window knows of its own instances, and which of them is the active one. Everything that draws listens here.
import * as vscode from "vscode";
import { canonicalPath } from "../../core/system/paths";
import { deepest } from "../../core/worktrees/worktree";
import type { HostOptions, InstanceView } from "../../host/contract";

export class WindowInstances {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #activeChanged = new vscode.EventEmitter<void>();
  readonly #editors: vscode.Disposable;
  #views: readonly InstanceView[] = [];
  #chosen: string | null = null;
  #lastActive: string | undefined;

  readonly onDidChange = this.#changed.event;
  /** Another worktree is the active one. */
  readonly onDidChangeActive = this.#activeChanged.event;

  constructor() {
    this.#editors = vscode.window.onDidChangeActiveTextEditor(() => {
      this.#followEditor();
    });
  }

  get views(): readonly InstanceView[] {
    return this.#views;
  }

  /** The worktree that was switched to or last edited in; else the first one. */
  get active(): InstanceView | undefined {
    return (
      this.#views.find(({ worktree }) => worktree === this.#chosen) ??
      this.#views[0]
    );
  }

  /** What the user asked for beyond the settings, for a host that has to start anew. */
  get pins(): HostOptions["pins"] {
    return this.#views.flatMap(({ worktree, pin }) =>
      pin === null ? [] : [[worktree, pin] as const],
    );
  }

  replace(views: readonly InstanceView[]): void {
    this.#views = views;
    if (this.#chosen === null) this.#followEditor();
    this.#fire();
  }

  activate(worktree: string): void {
    this.#chosen = worktree;
    this.#fire();
  }

  dispose(): void {
    this.#editors.dispose();
    this.#changed.dispose();
    this.#activeChanged.dispose();
  }

  #fire(): void {
    this.#changed.fire();
    const active = this.active?.worktree;
    if (active === this.#lastActive) return;
    this.#lastActive = active;
    this.#activeChanged.fire();
  }

  #followEditor(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.uri.scheme !== "file") return;
    const worktree = deepest(
      this.#views.map((view) => view.worktree),
      canonicalPath(document.uri.fsPath),
    );
    if (worktree !== undefined && worktree !== this.#chosen)
      this.activate(worktree);
  }
}
