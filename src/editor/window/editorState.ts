// Pushes editor state to the host as it changes, so that agents get answers while this thread is busy.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import type { CurrentSettings } from "../settings/settings";
import type { HostConnection } from "./hostConnection";
import {
  readDiagnostics,
  readOpenFiles,
  readSelection,
  readTabs,
} from "./readState";
import type { SharedFiles } from "./sharedFiles";
import type { EditorSelection } from "../../host/editorStateContract";

export class EditorStatePusher {
  readonly #lifetime = new Lifetime();
  readonly #changedFiles = new Map<string, vscode.Uri>();
  /** The range last told of each open document: its text follows the document, also in the background. */
  readonly #toldRanges = new Map<vscode.TextDocument, vscode.Range>();
  readonly #changedDocuments = new Set<vscode.TextDocument>();
  #isSelectionDirty = false;
  #areTabsDirty = false;
  #scheduledFlush: NodeJS.Immediate | undefined;

  constructor(
    private readonly connection: HostConnection,
    private readonly settings: CurrentSettings,
    private readonly sharedFiles: SharedFiles,
  ) {
    const selectionChanged = (): void => {
      this.#isSelectionDirty = true;
      this.#flushSoon();
    };
    const tabsChanged = (): void => {
      this.#areTabsDirty = true;
      this.#flushSoon();
    };
    const own = (listener: vscode.Disposable): void => {
      this.#lifetime.own(listener);
    };
    const { window, workspace, languages } = vscode;
    own(window.onDidChangeTextEditorSelection(selectionChanged));
    own(window.onDidChangeActiveTextEditor(selectionChanged));
    own(window.onDidChangeActiveTextEditor(tabsChanged));
    own(window.tabGroups.onDidChangeTabs(tabsChanged));
    own(window.tabGroups.onDidChangeTabGroups(tabsChanged));
    own(workspace.onDidOpenTextDocument(tabsChanged));
    own(workspace.onDidSaveTextDocument(tabsChanged));
    own(
      languages.onDidChangeDiagnostics(({ uris }) => {
        for (const uri of uris) this.#changedFiles.set(uri.toString(), uri);
        this.#flushSoon();
      }),
    );
    own(
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document === window.activeTextEditor?.document) selectionChanged();
        else if (this.#toldRanges.has(document)) {
          this.#changedDocuments.add(document);
          this.#flushSoon();
        }
        const { scheme } = document.uri;
        if (scheme === "file" && contentChanges.some(changesLineCount))
          tabsChanged();
      }),
    );
    own(
      workspace.onDidCloseTextDocument((document) => {
        this.#toldRanges.delete(document);
        this.#changedDocuments.delete(document);
      }),
    );
    own(
      sharedFiles.onDidChange(() => {
        // An earlier selection may be secret now.
        void this.connection.host.forgetSelections();
        this.#toldRanges.clear();
        this.pushAll();
      }),
    );
    own(settings.onDidChange(selectionChanged));
    this.#lifetime.defer(() => {
      clearImmediate(this.#scheduledFlush);
    });
  }

  /** For a new host, which has no state yet. */
  pushAll(): void {
    for (const [uri] of vscode.languages.getDiagnostics())
      this.#changedFiles.set(uri.toString(), uri);
    this.#isSelectionDirty = true;
    this.#areTabsDirty = true;
    this.#flushSoon();
  }

  /** Pushes the selection before a message that depends on it: its change event may still be pending. */
  pushNow(): void {
    this.#isSelectionDirty = true;
    clearImmediate(this.#scheduledFlush);
    this.#scheduledFlush = undefined;
    this.#flush();
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  /** Coalesces the events of one tick into one message. */
  #flushSoon(): void {
    this.#scheduledFlush ??= setImmediate(() => {
      this.#scheduledFlush = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    const earlier = this.#readEarlierSelections();
    if (this.#isSelectionDirty || this.#areTabsDirty || earlier.length > 0)
      void this.connection.host.pushState({
        ...(this.#isSelectionDirty && { selection: this.#readSelection() }),
        ...(earlier.length > 0 && { earlier }),
        ...(this.#areTabsDirty && {
          tabs: readTabs(this.sharedFiles),
          openFiles: readOpenFiles(),
        }),
      });
    this.#isSelectionDirty = false;
    this.#areTabsDirty = false;
    if (this.#changedFiles.size === 0) return;
    const files = [...this.#changedFiles.values()]
      .filter((uri) => uri.scheme === "file")
      .map((uri) => readDiagnostics(uri, this.sharedFiles));
    this.#changedFiles.clear();
    if (files.length > 0) void this.connection.host.pushDiagnostics(files);
  }

  #readSelection(): EditorSelection | null {
    const editor = vscode.window.activeTextEditor;
    if (!editor || !this.#mayTell(editor.document)) return null;
    this.#toldRanges.set(editor.document, editor.selection);
    return readSelection(editor.document, editor.selection);
  }

  /** Those in the background whose documents have changed since. */
  #readEarlierSelections(): EditorSelection[] {
    const active = vscode.window.activeTextEditor?.document;
    const documents = [...this.#changedDocuments].filter(
      (document) => document !== active,
    );
    this.#changedDocuments.clear();
    return documents.flatMap((document) => {
      const range = this.#toldRanges.get(document);
      return range && this.#mayTell(document)
        ? readSelection(document, document.validateRange(range))
        : [];
    });
  }

  #mayTell({ uri }: vscode.TextDocument): boolean {
    return (
      this.settings.value.shareSelection &&
      uri.scheme === "file" &&
      this.sharedFiles.has(uri)
    );
  }
}

function changesLineCount({
  range,
  text,
}: vscode.TextDocumentContentChangeEvent): boolean {
  return !range.isSingleLine || /[\r\n]/.test(text);
}
