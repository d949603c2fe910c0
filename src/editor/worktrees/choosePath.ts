// Where a new worktree goes: proposed by the setting berth.worktreePlace, and the user's to change.
import nodePath from "node:path";
import * as vscode from "vscode";
import { messageOf } from "../../core/errors";
import { pathMustBeAbsolute } from "../../core/messages/worktreeCommands";
import { suggestPath } from "../../core/worktrees/addWorktree";
import { checkPlace } from "../../core/worktrees/worktreePlace";

/** undefined: the user has left it. Rejects with a UserError. */
export async function choosePath(
  directory: string,
  branch: string,
  placeTemplate: string,
  title: string,
): Promise<string | undefined> {
  const path = await vscode.window.showInputBox({
    title,
    value: await suggestPath(directory, branch, placeTemplate),
    prompt: "Folder of the new worktree",
    ignoreFocusOut: true,
    validateInput: async (typed) => {
      if (!nodePath.isAbsolute(typed)) return pathMustBeAbsolute;
      try {
        await checkPlace(typed);
        return null;
      } catch (error) {
        return messageOf(error);
      }
    },
  });
  return path === undefined ? undefined : nodePath.resolve(path);
}
