// The changes that a language server would make: told, never made, so that they can be reviewed.
import * as vscode from "vscode";
import {
  hiddenFromAgents,
  noCodeAction,
  notReviewable,
  tooManyFiles,
} from "../../core/operationErrors";
import type { ChangedFile, Operations } from "../../host/operationsContract";
import type { SharedFiles } from "../window/sharedFiles";
import { toPosition, toRange } from "../places";
import { ask, askForAll } from "./ask";
import { openShared } from "./documents";
import { changedFiles } from "./textEdits";

/** More than a person would look at. */
const MAX_FILES = 20;

export async function rename(
  files: SharedFiles,
  { path, position, newName }: Operations["rename"]["asks"],
): Promise<ChangedFile[]> {
  const { uri } = await openShared(files, path);
  const edit = await ask<vscode.WorkspaceEdit>(
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
  const named = actions.filter((each) => each.title === title);
  if (named.length === 0) throw noCodeAction(title);
  const action = named.find(
    (each): each is vscode.CodeAction => "edit" in each,
  );
  if (!action?.edit) throw notReviewable(title);
  return changesOf(files, title, action.edit);
}

async function codeActions(
  files: SharedFiles,
  { path, range }: Operations["codeActions"]["asks"],
  resolveCount: number,
) {
  const { uri } = await openShared(files, path);
  const actions = await askForAll<vscode.CodeAction | vscode.Command>(
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
  const edits = await askForAll<vscode.TextEdit>(
    "vscode.executeFormatDocumentProvider",
    uri,
    { tabSize, insertSpaces },
  );
  const edit = new vscode.WorkspaceEdit();
  edit.set(uri, [...edits]);
  return changesOf(files, "Format", edit);
}

async function changesOf(
  files: SharedFiles,
  title: string,
  edit: vscode.WorkspaceEdit,
): Promise<ChangedFile[]> {
  const { length } = edit.entries();
  if (length > MAX_FILES) throw tooManyFiles(title, length, MAX_FILES);
  const hidden = edit.entries().find(([uri]) => !files.has(uri));
  if (hidden) throw hiddenFromAgents(hidden[0].fsPath);
  return changedFiles(title, edit);
}
