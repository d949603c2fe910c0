// When the user has turned to this window: of several on one worktree, the last one acts for the agents.
import * as vscode from "vscode";

export class WindowFocus {
  readonly #focused = new vscode.EventEmitter<number>();
  readonly #listener: vscode.Disposable;
  #at = vscode.window.state.focused ? Date.now() : 0;

  /** Fires with the new `at`. */
  readonly onDidFocus = this.#focused.event;

  constructor() {
    this.#listener = vscode.window.onDidChangeWindowState(({ focused }) => {
      if (!focused) return;
      this.#at = Date.now();
      this.#focused.fire(this.#at);
    });
  }

  /** Milliseconds since 1970; 0: never. */
  get at(): number {
    return this.#at;
  }

  dispose(): void {
    this.#listener.dispose();
    this.#focused.dispose();
  }
}
