// Pushes editor state to the host as it changes, so that agents get answers while this thread is busy.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import type { CurrentSettings } from "../settings/settings";
import type { HostConnection } from "./hostConnection";
import { createShareFilter } from "./sharedFiles";
import type {
  EditorSelection,
  EditorTab,
  FileDiagnostics,
  Range,
} from "../../host/contract";

type IsShared = (uri: vscode.Uri) => boolean;

export class EditorStatePusher {
  readonly #lifetime = new Lifetime();
  readonly #changedFiles = new Map<string, vscode.Uri>();
  #isSelectionDirty = false;
  #areTabsDirty = false;
  #scheduledFlush: NodeJS.Immediate | undefined;
  #isShared: IsShared | undefined;

  constructor(
    private readonly connection: HostConnection,
    private readonly settings: CurrentSettings,
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
      workspace.onDidChangeConfiguration((change) => {
        if (
          !change.affectsConfiguration("berth.secretFiles") &&
          !change.affectsConfiguration("files.exclude")
        )
          return;
        // An earlier selection may be secret now.
        void this.connection.host.forgetSelections();
        this.#isShared = undefined;
        selectionChanged();
        tabsChanged();
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
    const { shareSelection, secretFiles } = this.settings.value;
    const isShared = (this.#isShared ??= createShareFilter(secretFiles));
    if (this.#isSelectionDirty || this.#areTabsDirty)
      void this.connection.host.pushState({
        ...(this.#isSelectionDirty && {
          selection: shareSelection ? readSelection(isShared) : null,
        }),
        ...(this.#areTabsDirty && { tabs: readTabs(isShared) }),
      });
    this.#isSelectionDirty = false;
    this.#areTabsDirty = false;
    if (this.#changedFiles.size === 0) return;
    const files = [...this.#changedFiles.values()]
      .filter((uri) => uri.scheme === "file")
      .map(readDiagnostics);
    this.#changedFiles.clear();
    if (files.length > 0) void this.connection.host.pushDiagnostics(files);
  }
}

function readSelection(isShared: IsShared): EditorSelection | null {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.scheme !== "file") return null;
  if (!isShared(editor.document.uri)) return null;
  const { document, selection } = editor;
  return {
    text: document.getText(selection),
    path: document.uri.fsPath,
    uri: document.uri.toString(),
    range: toRange(selection),
  };
}

function readTabs(isShared: IsShared): EditorTab[] {
  const documents = new Map(
    vscode.workspace.textDocuments.map((document) => [
      document.uri.toString(),
      document,
    ]),
  );
  return vscode.window.tabGroups.all.flatMap((group, groupIndex) =>
    group.tabs.flatMap((tab): EditorTab[] => {
      const { input } = tab;
      if (
        !(input instanceof vscode.TabInputText) &&
        !(input instanceof vscode.TabInputNotebook) &&
        !(input instanceof vscode.TabInputCustom)
      )
        return [];
      const { uri } = input;
      if (uri.scheme === "file" && !isShared(uri)) return [];
      const document = documents.get(uri.toString());
      const isActive = tab.isActive && group.isActive;
      return [
        {
          uri: uri.toString(),
          path: uri.scheme === "file" ? uri.fsPath : null,
          isActive,
          isPinned: tab.isPinned,
          isPreview: tab.isPreview,
          isDirty: tab.isDirty,
          label: tab.label,
          groupIndex,
          viewColumn: group.viewColumn,
          isGroupActive: group.isActive,
          languageId: document?.languageId ?? "",
          lineCount: document?.lineCount ?? 0,
          isUntitled: uri.scheme === "untitled",
        },
      ];
    }),
  );
}

const severities = {
  [vscode.DiagnosticSeverity.Error]: "Error",
  [vscode.DiagnosticSeverity.Warning]: "Warning",
  [vscode.DiagnosticSeverity.Information]: "Info",
  [vscode.DiagnosticSeverity.Hint]: "Hint",
} as const;

function readDiagnostics(uri: vscode.Uri): FileDiagnostics {
  return {
    uri: uri.toString(),
    path: uri.fsPath,
    diagnostics: vscode.languages
      .getDiagnostics(uri)
      .map(({ message, severity, range, source, code }) => {
        const codeValue = typeof code === "object" ? code.value : code;
        return {
          message,
          severity: severities[severity],
          range: toRange(range),
          ...(source !== undefined && { source }),
          ...(codeValue !== undefined && { code: String(codeValue) }),
        };
      }),
  };
}

function toRange({ start, end }: vscode.Range): Range {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}
