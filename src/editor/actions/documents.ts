// The editor's half of the tools that check for unsaved changes or save them. A file that is not shared is not open.
import * as vscode from "vscode";
import { canonicalPath } from "../../core/system/paths";
import type { EditorApi } from "../../host/contract";
import type { SharedFiles } from "../window/sharedFiles";

export function createDocumentActions(
  files: SharedFiles,
): Pick<EditorApi, "readDocument" | "saveDocument"> {
  const find = (path: string): vscode.TextDocument | undefined =>
    vscode.workspace.textDocuments.find(
      ({ uri }) =>
        uri.scheme === "file" &&
        canonicalPath(uri.fsPath) === path &&
        files.has(uri),
    );
  return {
    readDocument: (path) => {
      const document = find(path);
      return Promise.resolve(
        document
          ? { isDirty: document.isDirty, isUntitled: document.isUntitled }
          : null,
      );
    },
    saveDocument: async (path) => (await find(path)?.save()) ?? null,
  };
}
