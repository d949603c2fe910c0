// Pushes what the user sees to the host as it changes, so that agents get answers while this thread is busy.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import type { CurrentSettings } from "../settings/settings";
import type { HostConnection } from "./hostConnection";
import { readSharedFiles } from "./sharedFiles";
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
  #isSelectionDue = false;
  #areTabsDue = false;
  #flushing: NodeJS.Immediate | undefined;
  #isShared: IsShared | undefined;

  constructor(
    private readonly connection: HostConnection,
    private readonly settings: CurrentSettings,
  ) {
    const selection = (): void => {
      this.#isSelectionDue = true;
      this.#flushSoon();
    };
    const tabs = (): void => {
      this.#areTabsDue = true;
      this.#flushSoon();
    };
    const own = (listener: vscode.Disposable): void => {
      this.#lifetime.own(listener);
    };
    const { window, workspace, languages } = vscode;
    own(window.onDidChangeTextEditorSelection(selection));
    own(window.onDidChangeActiveTextEditor(selection));
    own(window.onDidChangeActiveTextEditor(tabs));
    own(window.tabGroups.onDidChangeTabs(tabs));
    own(window.tabGroups.onDidChangeTabGroups(tabs));
    own(workspace.onDidOpenTextDocument(tabs));
    own(workspace.onDidSaveTextDocument(tabs));
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
        // What was selected before may be secret from now on.
        void this.connection.host.forgetSelections();
        this.#isShared = undefined;
        selection();
        tabs();
      }),
    );
    own(settings.onDidChange(selection));
    this.#lifetime.defer(() => {
      clearImmediate(this.#flushing);
    });
  }

  /** For a host that knows nothing yet. */
  pushAll(): void {
    for (const [uri] of vscode.languages.getDiagnostics())
      this.#changedFiles.set(uri.toString(), uri);
    this.#isSelectionDue = true;
    this.#areTabsDue = true;
    this.#flushSoon();
  }

  /** Sends the selection at once, where the next message must find it there: its event may still be on its way. */
  pushNow(): void {
    this.#isSelectionDue = true;
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    this.#flush();
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  /** Many events of one moment become one message. */
  #flushSoon(): void {
    this.#flushing ??= setImmediate(() => {
      this.#flushing = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    const { shareSelection, secretFiles } = this.settings.value;
    const isShared = (this.#isShared ??= readSharedFiles(secretFiles));
    if (this.#isSelectionDue || this.#areTabsDue)
      void this.connection.host.pushState({
        ...(this.#isSelectionDue && {
          selection: shareSelection ? readSelection(isShared) : null,
        }),
        ...(this.#areTabsDue && { tabs: readTabs(isShared) }),
      });
    this.#isSelectionDue = false;
    this.#areTabsDue = false;
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
    range: plainRange(selection),
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
        const plainCode = typeof code === "object" ? code.value : code;
        return {
          message,
          severity: severities[severity],
          range: plainRange(range),
          ...(source !== undefined && { source }),
          ...(plainCode !== undefined && { code: String(plainCode) }),
        };
      }),
  };
}

function plainRange({ start, end }: vscode.Range): Range {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}
