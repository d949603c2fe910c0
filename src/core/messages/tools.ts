// Texts: what agents' tools ask and answer.

export function runCodeQuestion(notebook: string): string {
  return `Let agents run code in the kernel of ${notebook}?`;
}

export function runTaskQuestion(task: string): string {
  return `Let an agent run the task ${task}?`;
}

export const runTaskDetail =
  "A task is a command of this workspace. It may have been changed since you last looked.";

export const runTaskLabel = "Run Task";

export const runCodeLabel = "Run Code in This Notebook";

export const noCurrentSelection =
  "No file of this worktree is in the active editor.";

export const noLatestSelection = "Nothing has been selected yet.";

/** Ends the text of a selection that is told only in part. */
export const selectionIsCut =
  "\n[Berth: the selection goes on, but only its first 64 KB are shared. Read the rest from the file.]";
