// What a file would be after an edit, without the edit: nothing changes until the user has agreed.
import * as vscode from "vscode";
import { changesMoreThanText } from "../../core/operationErrors";
import { canonicalPath } from "../../core/system/paths";
import type { ChangedFile } from "../../host/operationsContract";

/** Throws a UserError if the edit does more than change text. */
export async function changedFiles(
  title: string,
  edit: vscode.WorkspaceEdit,
): Promise<ChangedFile[]> {
  const entries = edit.entries();
  // What creates, renames or removes files counts, but is in no entry.
  if (edit.size > entries.length) throw changesMoreThanText(title);
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
