// Reads what agents may know of the editor: one text selection, the tabs, the problems of one file; and what is open.
import * as vscode from "vscode";
import { selectionIsCut } from "../../core/messages/tools";
import { truncate } from "../../core/truncate";
import type {
  EditorSelection,
  EditorTab,
  FileDiagnostics,
} from "../../host/editorStateContract";
import { fromRange } from "../places";
import type { SharedFiles } from "./sharedFiles";

/** Of UTF-8, of a selection's text: every agent of the worktree is sent it, at each change. */
const MAX_TEXT_BYTES = 64 * 1024;

export function readSelection(
  document: vscode.TextDocument,
  range: vscode.Range,
): EditorSelection {
  return {
    text: readText(document, range),
    path: document.uri.fsPath,
    uri: document.uri.toString(),
    range: fromRange(range),
  };
}

/** Reads no more of the document than is told: a selection may be as large as the file. */
function readText(document: vscode.TextDocument, range: vscode.Range): string {
  const limit = document.positionAt(
    document.offsetAt(range.start) + MAX_TEXT_BYTES + 1,
  );
  const end = limit.isBefore(range.end) ? limit : range.end;
  const text = document.getText(new vscode.Range(range.start, end));
  if (Buffer.byteLength(text) <= MAX_TEXT_BYTES) return text;
  const notice = Buffer.byteLength(selectionIsCut);
  return truncate(text, MAX_TEXT_BYTES - notice) + selectionIsCut;
}

export function readTabs(files: SharedFiles): EditorTab[] {
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
      if (uri.scheme === "file" && !files.has(uri)) return [];
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

/** Paths of the files in all editors, also of those that agents do not hear of. */
export function readOpenFiles(): string[] {
  const uris = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs.map(({ input }) => input))
    .flatMap((input): vscode.Uri[] => {
      if (
        input instanceof vscode.TabInputTextDiff ||
        input instanceof vscode.TabInputNotebookDiff
      )
        return [input.original, input.modified];
      return input instanceof vscode.TabInputText ||
        input instanceof vscode.TabInputNotebook ||
        input instanceof vscode.TabInputCustom
        ? [input.uri]
        : [];
    });
  const files = uris.filter(({ scheme }) => scheme === "file");
  return [...new Set(files.map(({ fsPath }) => fsPath))];
}

const severities = {
  [vscode.DiagnosticSeverity.Error]: "Error",
  [vscode.DiagnosticSeverity.Warning]: "Warning",
  [vscode.DiagnosticSeverity.Information]: "Info",
  [vscode.DiagnosticSeverity.Hint]: "Hint",
} as const;

/** None of a file that is not shared, also if it had some before. */
export function readDiagnostics(
  uri: vscode.Uri,
  files: SharedFiles,
): FileDiagnostics {
  const diagnostics = files.has(uri)
    ? vscode.languages.getDiagnostics(uri)
    : [];
  return {
    uri: uri.toString(),
    path: uri.fsPath,
    diagnostics: diagnostics.map(
      ({ message, severity, range, source, code }) => {
        const codeValue = typeof code === "object" ? code.value : code;
        return {
          message,
          severity: severities[severity],
          range: fromRange(range),
          ...(source !== undefined && { source }),
          ...(codeValue !== undefined && { code: String(codeValue) }),
        };
      },
    ),
  };
}
