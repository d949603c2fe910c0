// Files as the editor has them, for agents.
import * as vscode from "vscode";
import {
  changedSince,
  editNotApplied,
  hiddenFromAgents,
  notOpened,
} from "../../core/operationErrors";
import { canonicalPath } from "../../core/system/paths";
import type {
  BufferState,
  ChangedFile,
  Operations,
} from "../../host/operationsContract";
import { toRange } from "../places";
import type { SharedFiles } from "../window/sharedFiles";

/** Opens it without showing it. Throws a UserError if agents may not hear of it, or it is no text. */
export async function openShared(
  files: SharedFiles,
  path: string,
): Promise<vscode.TextDocument> {
  const uri = vscode.Uri.file(path);
  if (!files.has(uri)) throw hiddenFromAgents(path);
  // The one that the user sees, if it is open by another path to it.
  const open = vscode.workspace.textDocuments.find(
    (document) =>
      document.uri.scheme === "file" &&
      canonicalPath(document.uri.fsPath) === path,
  );
  if (open) return open;
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    throw notOpened(path, error);
  }
}

export function stateOf(document: vscode.TextDocument): BufferState {
  const { version, languageId, lineCount, isDirty } = document;
  return { version, languageId, lineCount, isDirty };
}

/** Both lines are part of it. `last` undefined: to the end. */
export function linesOf(
  document: vscode.TextDocument,
  first: number,
  last: number | undefined,
): string {
  const text = document.getText();
  if (first === 0 && last === undefined) return text;
  const end = last === undefined ? undefined : last + 1;
  return text.split("\n").slice(first, end).join("\n");
}

export async function replaceBuffer(
  files: SharedFiles,
  { path, edits, version }: Operations["replaceBuffer"]["asks"],
): Promise<BufferState> {
  const document = await openShared(files, path);
  if (version !== undefined && document.version !== version)
    throw changedSince(path, document.version);
  const edit = new vscode.WorkspaceEdit();
  for (const { range, text } of edits)
    edit.replace(document.uri, range ? toRange(range) : whole(document), text);
  if (!(await vscode.workspace.applyEdit(edit))) throw editNotApplied(path);
  return stateOf(document);
}

/** Replaces the text and saves it. */
export async function writeFile(
  files: SharedFiles,
  { path, contents }: ChangedFile,
): Promise<null> {
  const document = await openShared(files, path);
  if (document.getText() !== contents) {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, whole(document), contents);
    if (!(await vscode.workspace.applyEdit(edit))) throw editNotApplied(path);
  }
  if (document.isDirty && !(await document.save())) throw editNotApplied(path);
  return null;
}

function whole(document: vscode.TextDocument): vscode.Range {
  const last = document.lineAt(document.lineCount - 1);
  return new vscode.Range(new vscode.Position(0, 0), last.range.end);
}
