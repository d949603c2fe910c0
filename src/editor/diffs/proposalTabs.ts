// Finds and closes the tabs in which VS Code shows proposals.
import * as vscode from "vscode";
import { PROPOSAL_SCHEME } from "./proposalFiles";

/** Attempts to close a decided diff, and milliseconds to wait after each. */
const CLOSE_ATTEMPTS = 50;
const CLOSE_TIMEOUT = 200;

/** The proposal whose diff a tab shows, if any. */
export function proposalInDiff({ input }: vscode.Tab): vscode.Uri[] {
  return input instanceof vscode.TabInputTextDiff &&
    input.modified.scheme === PROPOSAL_SCHEME
    ? [input.modified]
    : [];
}

/** The proposal that a tab shows, in a diff or on its own. */
export function proposalInTab(tab: vscode.Tab): vscode.Uri[] {
  const { input } = tab;
  return input instanceof vscode.TabInputText &&
    input.uri.scheme === PROPOSAL_SCHEME
    ? [input.uri]
    : proposalInDiff(tab);
}

/** Whether any tab shows the proposal, by one of the two lookups above. */
export function isShown(
  proposal: vscode.Uri,
  find: (tab: vscode.Tab) => vscode.Uri[],
): boolean {
  return vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.flatMap(find).some((uri) => uri.toString() === proposal.toString()),
  );
}

/**
 * Closes a decided proposal's tabs by deleting its file: VS Code then discards unsaved edits at once, whereas closing a
 * tab would prompt and wait. An edit that races with the deletion keeps the tab open, so this retries.
 */
export async function closeTabs(proposal: vscode.Uri): Promise<void> {
  for (
    let attempt = 0;
    attempt < CLOSE_ATTEMPTS && isShown(proposal, proposalInTab);
    attempt += 1
  ) {
    const deletion = new vscode.WorkspaceEdit();
    deletion.deleteFile(proposal);
    const closed = waitUntilClosed(proposal);
    await vscode.workspace.applyEdit(deletion);
    await closed;
  }
}

/** Resolves when no tab shows the proposal, or after CLOSE_TIMEOUT. */
function waitUntilClosed(proposal: vscode.Uri): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      listener.dispose();
      resolve();
    };
    const timer = setTimeout(settle, CLOSE_TIMEOUT);
    const listener = vscode.window.tabGroups.onDidChangeTabs(() => {
      if (!isShown(proposal, proposalInTab)) settle();
    });
  });
}
