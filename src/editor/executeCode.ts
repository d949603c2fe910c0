// Runs an agent's code in the kernel of the notebook that is open, once the user has agreed to that for this notebook.
import path from "node:path";
import * as vscode from "vscode";
import { messageOf } from "../core/errors";
import { canonicalPath } from "../core/paths";
import { contains } from "../core/worktree";
import type { EditorApi } from "../host/contract";

type Executor = EditorApi["executeCode"];

const allow = "Run Code in This Notebook";

/** Notebooks that the user has agreed to are remembered for as long as the window lives. */
export function createExecutor(): Executor {
  const allowed = new Set<string>();
  return async (worktree, code) => {
    const editor = vscode.window.visibleNotebookEditors.find(
      ({ notebook }) =>
        notebook.uri.scheme === "file" &&
        notebook.notebookType === "jupyter-notebook" &&
        contains(worktree, canonicalPath(notebook.uri.fsPath)),
    );
    if (!editor)
      return {
        kind: "failed",
        message:
          "No Jupyter notebook of this worktree is open. Open one to run code in its kernel.",
      };
    const { notebook } = editor;
    const key = notebook.uri.toString();
    if (!allowed.has(key)) {
      const answer = await vscode.window.showWarningMessage(
        `Let agents run code in the kernel of ${path.basename(notebook.uri.fsPath)}?`,
        { modal: true, detail: code.slice(0, 2_000) },
        allow,
      );
      if (answer !== allow)
        return {
          kind: "failed",
          message: "The user does not let agents run code in this notebook.",
        };
      allowed.add(key);
    }
    try {
      return { kind: "done", value: await run(notebook, code) };
    } catch (error) {
      return { kind: "failed", message: messageOf(error) };
    }
  };
}

/** Adds a cell at the end, runs it, and gives back its text output. */
async function run(
  notebook: vscode.NotebookDocument,
  code: string,
): Promise<string> {
  const index = notebook.cellCount;
  const edit = new vscode.WorkspaceEdit();
  edit.set(notebook.uri, [
    vscode.NotebookEdit.insertCells(index, [
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, code, "python"),
    ]),
  ]);
  await vscode.workspace.applyEdit(edit);
  // The command can be told a document too, and then does nothing in a remote window: so it must be the active one.
  if (vscode.window.activeNotebookEditor?.notebook !== notebook)
    await vscode.window.showNotebookDocument(notebook);
  await vscode.commands.executeCommand("notebook.cell.execute", {
    ranges: [{ start: index, end: index + 1 }],
  });
  return notebook
    .cellAt(index)
    .outputs.flatMap(({ items }) => items)
    .filter(({ mime }) => /^(text\/|application\/vnd\.code)/.test(mime))
    .map(({ data }) => Buffer.from(data).toString())
    .join("\n");
}
