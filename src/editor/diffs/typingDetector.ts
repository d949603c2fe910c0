// Detects whether the user is typing in an editor right now, so that nothing interrupts them.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";

/** Milliseconds after a keystroke until the user counts as idle. */
const IDLE_AFTER = 1_000;

export class TypingDetector {
  readonly #lifetime = new Lifetime();
  /** Changed by anything, with no keystroke seen since. */
  #changedDocument: vscode.TextDocument | undefined;
  #lastKeystroke:
    { readonly document: vscode.TextDocument; readonly at: number } | undefined;

  constructor() {
    const { Keyboard } = vscode.TextEditorSelectionChangeKind;
    this.#lifetime.own(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        this.#changedDocument = document;
      }),
    );
    this.#lifetime.own(
      // TypingDetector changes the text first and then moves the cursor.
      vscode.window.onDidChangeTextEditorSelection(({ kind, textEditor }) => {
        const { document } = textEditor;
        if (kind === Keyboard && this.#changedDocument === document)
          this.#lastKeystroke = { document, at: Date.now() };
        this.#changedDocument = undefined;
      }),
    );
  }

  /** Only in the active editor: one that has since been closed or hidden does not count. */
  get isActive(): boolean {
    return (
      this.#lastKeystroke !== undefined &&
      this.#lastKeystroke.document ===
        vscode.window.activeTextEditor?.document &&
      Date.now() - this.#lastKeystroke.at < IDLE_AFTER
    );
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }
}
