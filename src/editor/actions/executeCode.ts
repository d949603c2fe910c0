// Runs an agent's code in the open notebook's kernel, once the user has allowed it for that notebook.
import path from "node:path";
import * as vscode from "vscode";
import { codeNotAllowed, codeNotRun, noNotebook } from "../../core/errors";
import { runCodeLabel, runCodeQuestion } from "../../core/messages";
import { done, failed } from "../../core/outcome";
import { canonicalPath } from "../../core/system/paths";
import { contains } from "../../core/worktrees/worktree";
import type { EditorApi } from "../../host/contract";

type Executor = EditorApi["executeCode"];

/** Remembers allowed notebooks for the lifetime of the window. */
export function createExecutor(): Executor {
  const allowedNotebooks = new Set<string>();
  return async (worktree, code) => {
    const { activeNotebookEditor, visibleNotebookEditors } = vscode.window;
    const notebook = [activeNotebookEditor, ...visibleNotebookEditors]
      .map((editor) => editor?.notebook)
      .find(
        (each) =>
          each?.uri.scheme === "file" &&
          each.notebookType === "jupyter-notebook" &&
          contains(worktree, canonicalPath(each.uri.fsPath)),
      );
    if (!notebook) return failed(noNotebook());
    const key = notebook.uri.toString();
    if (!allowedNotebooks.has(key)) {
      const answer = await vscode.window.showWarningMessage(
        runCodeQuestion(path.basename(notebook.uri.fsPath)),
        { modal: true, detail: code.slice(0, 2_000) },
        runCodeLabel,
      );
      if (answer !== runCodeLabel) return failed(codeNotAllowed());
      allowedNotebooks.add(key);
    }
    try {
      return done(await runCell(notebook, code));
    } catch (error) {
      return failed(error);
    }
  };
}

/** Appends a cell, runs it and returns its text output. */
async function runCell(
  notebook: vscode.NotebookDocument,
  code: string,
): Promise<string> {
  const index = notebook.cellCount;
  const range = new vscode.NotebookRange(index, index + 1);
  await applyEdit(
    notebook,
    vscode.NotebookEdit.insertCells(index, [
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, code, "python"),
    ]),
  );
  await vscode.commands.executeCommand("notebook.cell.execute", {
    ranges: [{ start: index, end: index + 1 }],
    document: notebook.uri,
  });
  const { executionSummary, outputs } = notebook.cellAt(index);
  // The command returns immediately if no kernel is selected or the notebook editor is still loading.
  if (executionSummary?.success === undefined && outputs.length === 0) {
    await applyEdit(notebook, vscode.NotebookEdit.deleteCells(range));
    throw codeNotRun();
  }
  return outputs
    .flatMap(({ items }) => items)
    .filter(({ mime }) => /^(text\/|application\/vnd\.code)/.test(mime))
    .map(({ data }) => Buffer.from(data).toString())
    .join("\n");
}

async function applyEdit(
  notebook: vscode.NotebookDocument,
  edit: vscode.NotebookEdit,
): Promise<void> {
  const edits = new vscode.WorkspaceEdit();
  edits.set(notebook.uri, [edit]);
  await vscode.workspace.applyEdit(edits);
}
