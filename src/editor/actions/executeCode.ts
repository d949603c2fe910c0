// Runs an agent's code in the open notebook's kernel, once the user has allowed it for that notebook.
import path from "node:path";
import * as vscode from "vscode";
import {
  codeNotAllowed,
  codeNotRun,
  isCanceled,
  noNotebook,
} from "../../core/errors";
import { runCodeLabel, runCodeQuestion } from "../../core/messages/tools";
import { done, failed, type Outcome } from "../../core/outcome";
import { canonicalPath } from "../../core/system/paths";
import { contains } from "../../core/system/paths";
import type { EditorApi } from "../../host/contract";

type Executor = EditorApi["executeCode"];

/** Remembers allowed notebooks for the lifetime of the window. Calls for the same notebook run one after the other. */
export function createExecutor(): Executor {
  const allowedNotebooks = new Set<string>();
  /** By notebook: resolves when its last call has been answered. */
  const queues = new WeakMap<vscode.NotebookDocument, Promise<unknown>>();
  return (worktree, code) => {
    const { activeNotebookEditor, visibleNotebookEditors } = vscode.window;
    const notebook = [activeNotebookEditor, ...visibleNotebookEditors]
      .map((editor) => editor?.notebook)
      .find(
        (each) =>
          each?.uri.scheme === "file" &&
          each.notebookType === "jupyter-notebook" &&
          contains(worktree, canonicalPath(each.uri.fsPath)),
      );
    if (!notebook) return Promise.resolve(failed(noNotebook()));
    const previous = queues.get(notebook) ?? Promise.resolve();
    const running = previous.then(() => run(notebook, code, allowedNotebooks));
    queues.set(
      notebook,
      running.catch(() => undefined),
    );
    return running;
  };
}

async function run(
  notebook: vscode.NotebookDocument,
  code: string,
  allowedNotebooks: Set<string>,
): Promise<Outcome<string>> {
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
    if (isCanceled(error)) throw error;
    return failed(error);
  }
}

/** Appends a cell, runs it and returns its text output. The user may insert, move and delete cells meanwhile. */
async function runCell(
  notebook: vscode.NotebookDocument,
  code: string,
): Promise<string> {
  const cell = await appendCell(notebook, code);
  await vscode.commands.executeCommand("notebook.cell.execute", {
    ranges: [{ start: cell.index, end: cell.index + 1 }],
    document: notebook.uri,
  });
  const { executionSummary, outputs } = cell;
  // The command returns immediately if no kernel is selected or the notebook editor is still loading.
  if (executionSummary?.success === undefined && outputs.length === 0) {
    if (isIn(notebook, cell))
      await applyEdit(
        notebook,
        vscode.NotebookEdit.deleteCells(
          new vscode.NotebookRange(cell.index, cell.index + 1),
        ),
      );
    throw codeNotRun();
  }
  return outputs
    .flatMap(({ items }) => items)
    .filter(({ mime }) => /^(text\/|application\/vnd\.code)/.test(mime))
    .map(({ data }) => Buffer.from(data).toString())
    .join("\n");
}

/** The cell itself, as its index changes with every other one. */
async function appendCell(
  notebook: vscode.NotebookDocument,
  code: string,
): Promise<vscode.NotebookCell> {
  const before = new Set(notebook.getCells());
  await applyEdit(
    notebook,
    vscode.NotebookEdit.insertCells(notebook.cellCount, [
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, code, "python"),
    ]),
  );
  const cell = notebook
    .getCells()
    .findLast((each) => !before.has(each) && each.document.getText() === code);
  if (!cell) throw codeNotRun();
  return cell;
}

function isIn(
  notebook: vscode.NotebookDocument,
  cell: vscode.NotebookCell,
): boolean {
  return notebook.getCells().includes(cell);
}

async function applyEdit(
  notebook: vscode.NotebookDocument,
  edit: vscode.NotebookEdit,
): Promise<void> {
  const edits = new vscode.WorkspaceEdit();
  edits.set(notebook.uri, [edit]);
  await vscode.workspace.applyEdit(edits);
}
