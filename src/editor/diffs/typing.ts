// Whether a person is typing into an editor at this moment: nothing may come in between then.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";

/** Milliseconds after a key in which the next one is to be expected. */
const PAUSE = 1_000;

export class Typing {
  readonly #lifetime = new Lifetime();
  /** Changed, by whomever, and no key seen since. */
  #changed: vscode.TextDocument | undefined;
  #last:
    { readonly into: vscode.TextDocument; readonly at: number } | undefined;

  constructor() {
    const { Keyboard } = vscode.TextEditorSelectionChangeKind;
    this.#lifetime.own(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        this.#changed = document;
      }),
    );
    this.#lifetime.own(
      // A key that types changes the text, and then moves the cursor.
      vscode.window.onDidChangeTextEditorSelection(({ kind, textEditor }) => {
        const into = textEditor.document;
        if (kind === Keyboard && this.#changed === into)
          this.#last = { into, at: Date.now() };
        this.#changed = undefined;
      }),
    );
  }

  /** Into the editor in front; one that was typed into and has closed or gone behind does not count. */
  get isGoingOn(): boolean {
    return (
      this.#last !== undefined &&
      this.#last.into === vscode.window.activeTextEditor?.document &&
      Date.now() - this.#last.at < PAUSE
    );
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }
}
