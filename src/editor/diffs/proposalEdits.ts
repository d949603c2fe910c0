// Tells what the user makes of the diffs that wait, so that nothing of it is lost with the window.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import type { ProposedDiff } from "../../host/contract";
import { finalContent } from "./finalContent";
import { PROPOSAL_SCHEME } from "./proposalFiles";

/** Milliseconds after the first of several edits. */
const TELL_AFTER = 300;

export interface ProposalEdit {
  readonly id: string;
  readonly contents: string;
}

export class ProposalEdits {
  readonly #lifetime = new Lifetime();
  readonly #edited = this.#lifetime.own(
    new vscode.EventEmitter<ProposalEdit>(),
  );
  readonly #untold = new Map<vscode.TextDocument, NodeJS.Timeout>();

  readonly onDidEdit = this.#edited.event;

  constructor(
    private readonly pending: (uri: vscode.Uri) => ProposedDiff | undefined,
  ) {
    this.#lifetime.own(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === PROPOSAL_SCHEME) this.#tellSoon(document);
      }),
    );
    this.#lifetime.own(
      // Text that is not saved stays in the window's page if its extension host dies; what is saved is only here, until told.
      vscode.workspace.onWillSaveTextDocument(({ document }) => {
        if (document.uri.scheme === PROPOSAL_SCHEME) this.#tell(document);
      }),
    );
    this.#lifetime.defer(() => {
      for (const timer of this.#untold.values()) clearTimeout(timer);
    });
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  /** Tells at once what would be told soon. */
  flush(): void {
    for (const document of this.#untold.keys()) this.#tell(document);
  }

  #tellSoon(document: vscode.TextDocument): void {
    if (this.#untold.has(document)) return;
    const timer = setTimeout(() => {
      this.#tell(document);
    }, TELL_AFTER);
    this.#untold.set(document, timer);
  }

  #tell(document: vscode.TextDocument): void {
    clearTimeout(this.#untold.get(document));
    this.#untold.delete(document);
    const proposal = this.pending(document.uri);
    if (!proposal) return;
    const contents = finalContent(proposal.contents, document.getText());
    this.#edited.fire({ id: proposal.id, contents });
  }
}
