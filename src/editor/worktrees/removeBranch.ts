// Offers to delete the branch of a worktree that is gone. It stays unless the user says otherwise.
import * as vscode from "vscode";
import { messageOf } from "../../core/errors";
import {
  branchIsNotMerged,
  notMergedDetail,
  wasRemoved,
} from "../../core/messages/worktreeCommands";
import { deleteBranch } from "../../core/worktrees/removeWorktree";
import { escapeIcons } from "../escape";
import { ask } from "./removal";

/** Rejects with a UserError. */
export async function offerToDelete(
  main: string,
  branch: string,
  name: string,
): Promise<void> {
  const remove = `$(trash) Delete ${escapeIcons(branch)}`;
  const answer = await vscode.window.showQuickPick(
    [`$(check) Keep ${escapeIcons(branch)}`, remove],
    {
      title: "Berth: Remove Worktree",
      placeHolder: wasRemoved(name, branch),
      ignoreFocusOut: true,
    },
  );
  if (answer !== remove) return;
  try {
    await deleteBranch(main, branch, { force: false });
  } catch (error) {
    if (!messageOf(error).includes("not fully merged")) throw error;
    if (await ask(branchIsNotMerged(branch), notMergedDetail, "Delete Branch"))
      await deleteBranch(main, branch, { force: true });
  }
}
