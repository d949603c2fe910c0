// The changes that a language server would make: told, never made, so that they can be reviewed.
import * as vscode from "vscode";
import { hiddenFromAgents, noCodeAction } from "../../core/operationErrors";
import type { ChangedFile, Operations } from "../../host/operationsContract";
import type { SharedFiles } from "../window/sharedFiles";
import { toPosition, toRange } from "../places";
import { ask } from "./ask";
import { openShared } from "./documents";
import { changedFiles } from "./textEdits";

export async function rename(
  files: SharedFiles,
  { path, position, newName }: Operations["rename"]["asks"],
): Promise<ChangedFile[]> {
  const { uri } = await openShared(files, path);
  const edit = await ask<vscode.WorkspaceEdit | undefined>(
    "vscode.executeDocumentRenameProvider",
    uri,
    toPosition(position),
    newName,
  );
  return edit ? changesOf(files, `Rename to ${newName}`, edit) : [];
}

export async function codeActionTitles(
  files: SharedFiles,
  asks: Operations["codeActions"]["asks"],
): Promise<string[]> {
  const { actions } = await codeActions(files, asks, 0);
  return [...new Set(actions.map(({ title }) => title))];
}

export async function codeAction(
  files: SharedFiles,
  asks: Operations["codeAction"]["asks"],
): Promise<ChangedFile[]> {
  const { title } = asks;
  // Without a number VS Code resolves no edit.
  const { actions } = await codeActions(files, asks, 100);
  const action = actions.find(
    (each): each is vscode.CodeAction => each.title === title && "edit" in each,
  );
  if (!action?.edit) throw noCodeAction(title);
  return changesOf(files, title, action.edit);
}

async function codeActions(
  files: SharedFiles,
  { path, range }: Operations["codeActions"]["asks"],
  resolveCount: number,
) {
  const { uri } = await openShared(files, path);
  const actions = await ask<(vscode.CodeAction | vscode.Command)[]>(
    "vscode.executeCodeActionProvider",
    uri,
    toRange(range),
    undefined,
    resolveCount,
  );
  return { actions };
}

export async function format(
  files: SharedFiles,
  { path }: Operations["format"]["asks"],
): Promise<ChangedFile[]> {
  const { uri } = await openShared(files, path);
  const { tabSize, insertSpaces } = vscode.workspace.getConfiguration(
    "editor",
    uri,
  ) as unknown as vscode.FormattingOptions;
  const edits = await ask<vscode.TextEdit[]>(
    "vscode.executeFormatDocumentProvider",
    uri,
    { tabSize, insertSpaces },
  );
  const edit = new vscode.WorkspaceEdit();
  edit.set(uri, edits);
  return changesOf(files, "Format", edit);
}

async function changesOf(
  files: SharedFiles,
  title: string,
  edit: vscode.WorkspaceEdit,
): Promise<ChangedFile[]> {
  const hidden = edit.entries().find(([uri]) => !files.has(uri));
  if (hidden) throw hiddenFromAgents(hidden[0].fsPath);
  return changedFiles(title, edit);
}
