// Runs an agent's code in the kernel of the notebook that is open, once the user has agreed to that for this notebook.
import path from "node:path";
import * as vscode from "vscode";
import { codeNotAllowed, codeNotRun, noNotebook } from "../../core/errors";
import { done, failed } from "../../core/outcome";
import { canonicalPath } from "../../core/system/paths";
import { contains } from "../../core/worktrees/worktree";
import type { EditorApi } from "../../host/contract";

type Executor = EditorApi["executeCode"];

const allow = "Run Code in This Notebook";

/** Notebooks that the user has agreed to are remembered for as long as the window lives. */
export function createExecutor(): Executor {
  const allowed = new Set<string>();
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
    if (!allowed.has(key)) {
      const answer = await vscode.window.showWarningMessage(
        `Let agents run code in the kernel of ${path.basename(notebook.uri.fsPath)}?`,
        { modal: true, detail: code.slice(0, 2_000) },
        allow,
      );
      if (answer !== allow) return failed(codeNotAllowed());
      allowed.add(key);
    }
    try {
      return done(await run(notebook, code));
    } catch (error) {
      return failed(error);
    }
  };
}

/** Adds a cell at the end, runs it, and gives back its text output. */
async function run(
  notebook: vscode.NotebookDocument,
  code: string,
): Promise<string> {
  const index = notebook.cellCount;
  const cell = new vscode.NotebookRange(index, index + 1);
  await change(
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
  // The command returns at once where no kernel is chosen, or where the editor of the notebook is still loading.
  if (executionSummary?.success === undefined && outputs.length === 0) {
    await change(notebook, vscode.NotebookEdit.deleteCells(cell));
    throw codeNotRun();
  }
  return outputs
    .flatMap(({ items }) => items)
    .filter(({ mime }) => /^(text\/|application\/vnd\.code)/.test(mime))
    .map(({ data }) => Buffer.from(data).toString())
    .join("\n");
}

async function change(
  notebook: vscode.NotebookDocument,
  edit: vscode.NotebookEdit,
): Promise<void> {
  const edits = new vscode.WorkspaceEdit();
  edits.set(notebook.uri, [edit]);
  await vscode.workspace.applyEdit(edits);
}
