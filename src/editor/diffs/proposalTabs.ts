// The tabs in which VS Code shows proposals: which there are, and how they close.
import * as vscode from "vscode";
import { PROPOSAL_SCHEME } from "./proposalFiles";

/** How often, and each time for how many milliseconds, a decided diff is asked to close. */
const ATTEMPTS = 50;
const CLOSES_WITHIN = 200;

/** The proposal whose diff a tab shows, if it shows one. */
export function proposalOf({ input }: vscode.Tab): vscode.Uri[] {
  return input instanceof vscode.TabInputTextDiff &&
    input.modified.scheme === PROPOSAL_SCHEME
    ? [input.modified]
    : [];
}

/** The proposal that a tab shows, in a diff or alone. */
export function proposalsIn(tab: vscode.Tab): vscode.Uri[] {
  const { input } = tab;
  return input instanceof vscode.TabInputText &&
    input.uri.scheme === PROPOSAL_SCHEME
    ? [input.uri]
    : proposalOf(tab);
}

/** Whether any tab shows the proposal, as one of the two above finds it. */
export function isShown(
  proposal: vscode.Uri,
  shows: (tab: vscode.Tab) => vscode.Uri[],
): boolean {
  return vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.flatMap(shows).some((uri) => uri.toString() === proposal.toString()),
  );
}

/**
 * Closes the tabs of a decided proposal, by deleting its file: VS Code forgets in the same moment what was typed and not
 * saved, where closing a tab would ask for it and wait. What is typed in between keeps the tab: then once more.
 */
export async function closeTabs(proposal: vscode.Uri): Promise<void> {
  for (
    let attempt = 0;
    attempt < ATTEMPTS && isShown(proposal, proposalsIn);
    attempt += 1
  ) {
    const deletion = new vscode.WorkspaceEdit();
    deletion.deleteFile(proposal);
    const isClosed = closing(proposal);
    await vscode.workspace.applyEdit(deletion);
    await isClosed;
  }
}

/** Resolves when no tab shows the proposal, or after a while. */
function closing(proposal: vscode.Uri): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      listener.dispose();
      resolve();
    };
    const timer = setTimeout(settle, CLOSES_WITHIN);
    const listener = vscode.window.tabGroups.onDidChangeTabs(() => {
      if (!isShown(proposal, proposalsIn)) settle();
    });
  });
}
