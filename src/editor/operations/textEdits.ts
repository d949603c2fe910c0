// What a file would be after an edit, without the edit: nothing changes until the user has agreed.
import * as vscode from "vscode";
import { changesMoreThanText } from "../../core/operationErrors";
import { canonicalPath } from "../../core/system/paths";
import type { ChangedFile } from "../../host/operationsContract";

const TEXT_EDIT = 2;

/** Throws a UserError if the edit does more than change text. */
export async function changedFiles(
  title: string,
  edit: vscode.WorkspaceEdit,
): Promise<ChangedFile[]> {
  if (!isTextOnly(edit)) throw changesMoreThanText(title);
  const entries = edit.entries();
  const files = await Promise.all(
    entries.map(async ([uri, edits]) => {
      if (uri.scheme !== "file") throw changesMoreThanText(title);
      const document = await vscode.workspace.openTextDocument(uri);
      const contents = applied(document, edits);
      return contents === document.getText()
        ? []
        : [{ path: canonicalPath(uri.fsPath), contents }];
    }),
  );
  return files.flat();
}

/**
 * What creates, renames or removes files, or inserts snippets, is in none of the entries that the API tells of: VS Code has it in a list of
 * its own, in which a change of text has type 2 (FileEditType in vscode/src/vs/workbench/api/common/extHostTypes/workspaceEdit.ts).
 */
function isTextOnly(edit: vscode.WorkspaceEdit): boolean {
  const { _allEntries } = edit as { _allEntries?: () => { _type: number }[] };
  return (
    _allEntries?.call(edit).every(({ _type }) => _type === TEXT_EDIT) ?? false
  );
}

/** The edits are of the same state of the document, and do not overlap. */
function applied(
  document: vscode.TextDocument,
  edits: readonly vscode.TextEdit[],
): string {
  let text = document.getText();
  const fromTheEnd = edits
    .map(({ range, newText }) => ({
      start: document.offsetAt(range.start),
      end: document.offsetAt(range.end),
      newText,
    }))
    // Of several insertions at one place the first comes first.
    .map((each, index) => ({ ...each, index }))
    .sort((a, b) => b.start - a.start || b.end - a.end || b.index - a.index);
  for (const { start, end, newText } of fromTheEnd)
    text = text.slice(0, start) + newText + text.slice(end);
  return text;
}
