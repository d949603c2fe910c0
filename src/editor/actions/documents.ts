// The editor's half of the tools that check for unsaved changes or save them.
import * as vscode from "vscode";
import { canonicalPath } from "../../core/system/paths";
import type { EditorApi } from "../../host/contract";

export const readDocument: EditorApi["readDocument"] = (path) => {
  const document = findDocument(path);
  return Promise.resolve(
    document
      ? { isDirty: document.isDirty, isUntitled: document.isUntitled }
      : null,
  );
};

export const saveDocument: EditorApi["saveDocument"] = async (path) =>
  (await findDocument(path)?.save()) ?? null;

function findDocument(path: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    ({ uri }) => uri.scheme === "file" && canonicalPath(uri.fsPath) === path,
  );
}
