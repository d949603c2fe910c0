import * as vscode from "vscode";
import type { Command } from "./command";

export const showTerminal: Command = async ({ terminals, instances }) => {
  const worktree = instances.active?.worktree;
  if (worktree === undefined || terminals.of(worktree).length === 0)
    await vscode.window.showInformationMessage(
      "No agent of this worktree runs in a terminal of this window.",
    );
  else await terminals.reveal(worktree);
};
