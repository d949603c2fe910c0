// The editor's half of the openFile tool. The host has already checked that the path is inside the worktree.
import * as vscode from "vscode";
import { cannotOpen, isCanceled } from "../../core/errors";
import { done, failed } from "../../core/outcome";
import type { EditorApi, OpenFileArguments } from "../../host/contract";
import type { SharedFiles } from "../window/sharedFiles";

/** Opens any file for the user, but tells nothing of one that is not shared. */
export const createOpener =
  (files: SharedFiles): EditorApi["openFile"] =>
  async (file) => {
    try {
      const uri = vscode.Uri.file(file.filePath);
      const document = await vscode.workspace.openTextDocument(uri);
      const selection = findRange(document, file);
      // Unlike showTextDocument, this command has "background", which leaves the user's active editor in place.
      await vscode.commands.executeCommand("vscode.open", uri, {
        preview: file.preview,
        background: !file.makeFrontmost,
        preserveFocus: !file.makeFrontmost,
        ...(selection && { selection }),
      });
      const { languageId, lineCount } = document;
      return done(
        files.has(uri)
          ? { languageId, lineCount }
          : { languageId: "", lineCount: 0 },
      );
    } catch (error) {
      if (isCanceled(error)) throw error;
      return failed(cannotOpen(file.filePath, error));
    }
  };

/** From the first startText to the end of the next endText; undefined if startText is empty or not found. */
function findRange(
  document: vscode.TextDocument,
  { startText, endText, selectToEndOfLine }: OpenFileArguments,
): vscode.Range | undefined {
  if (startText === "") return undefined;
  const text = document.getText();
  const start = text.indexOf(startText);
  if (start < 0) return undefined;
  const afterStart = start + startText.length;
  const endAt = endText === "" ? -1 : text.indexOf(endText, afterStart);
  const end = document.positionAt(
    endAt < 0 ? afterStart : endAt + endText.length,
  );
  return new vscode.Range(
    document.positionAt(start),
    selectToEndOfLine ? document.lineAt(end).range.end : end,
  );
}
