// Removes a worktree with all that runs for it, after the user has seen what goes with it.
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import {
  isOpenElsewhere,
  removing,
} from "../../core/messages/worktreeCommands";
import { canonicalPath, contains } from "../../core/system/paths";
import { changedMeanwhile } from "../../core/worktreeCommandErrors";
import { mainStays, worktreesInside } from "../../core/worktreeErrors";
import { findWorktree, mainWorktree } from "../../core/worktrees/allWorktrees";
import { removeWorktree as remove } from "../../core/worktrees/removeWorktree";
import { hasLosses, lossesOf } from "../../core/worktrees/worktreeLosses";
import { escapeMessage } from "../escape";
import type { Target, TargetContext } from "../instances/target";
import { openElsewhere } from "./otherWindows";
import { mayBeRemoved, mayBeUnlocked, readRemoval } from "./removal";
import { offerToDelete } from "./removeBranch";
import { stopAll } from "./stopAll";
import { isTrusted } from "./trust";
import { worktreeOf } from "./worktreeRow";

/** Rejects with a UserError: then everything is as it was, unless it is about the branch. */
export async function removeWorktree(
  context: TargetContext,
  target: Target,
): Promise<void> {
  const row = worktreeOf(target, context);
  if (!row || !(await isTrusted())) return;
  const { path, name } = row;
  const window = openElsewhere(row);
  if (window !== undefined) {
    await vscode.window.showInformationMessage(
      escapeMessage(isOpenElsewhere(name, window)),
    );
    return;
  }
  const main = (await mainWorktree(path)).path;
  const { entry, others } = await findWorktree(main, path);
  const { isMain, lockReason, branch } = entry;
  if (isMain) throw mainStays(path);
  const inner = others.filter(
    (each) => each.exists && contains(path, each.path),
  );
  if (inner.length > 0)
    throw worktreesInside(
      path,
      inner.map((each) => each.path),
    );
  if (lockReason !== null && !(await mayBeUnlocked(name, lockReason))) return;
  const removal = await readRemoval(context, row);
  if (!(await mayBeRemoved(name, removal))) return;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: removing(name) },
    async () => {
      const stopped = await stopAll(context, row, removal.backends);
      try {
        // What has come since then nobody has agreed to lose.
        if (!isDeepStrictEqual(await lossesOf(path), removal.losses))
          throw changedMeanwhile(name);
        await remove(main, path, {
          force: hasLosses(removal.losses),
          unlock: lockReason !== null,
        });
      } catch (error) {
        await stopped.startAgain();
        throw error;
      }
    },
  );
  try {
    if (branch !== null) await offerToDelete(main, branch, name);
  } finally {
    // Last: this may end the extension host.
    await closeFolders(path);
  }
}

/** Those of this window that lay in the worktree. */
async function closeFolders(worktree: string): Promise<void> {
  const { workspaceFile, workspaceFolders = [] } = vscode.workspace;
  const inside = workspaceFolders.filter(
    ({ uri }) =>
      uri.scheme === "file" && contains(worktree, canonicalPath(uri.fsPath)),
  );
  if (inside.length === 0) return;
  if (!workspaceFile) {
    await vscode.commands.executeCommand("workbench.action.closeFolder");
    return;
  }
  const rest = workspaceFolders.filter((folder) => !inside.includes(folder));
  vscode.workspace.updateWorkspaceFolders(
    0,
    workspaceFolders.length,
    ...rest.map(({ uri, name }) => ({ uri, name })),
  );
}
