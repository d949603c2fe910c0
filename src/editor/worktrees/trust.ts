// Worktrees are made and removed in trusted workspaces only.
import * as vscode from "vscode";
import { notWhileRestricted } from "../../core/messages/worktreeCommands";

/** Says so otherwise, and offers to change it. */
export async function isTrusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = "Manage Trust";
  const answer = await vscode.window.showWarningMessage(
    notWhileRestricted,
    manage,
  );
  if (answer === manage)
    await vscode.commands.executeCommand("workbench.trust.manage");
  return false;
}
