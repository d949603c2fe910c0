// Worktrees whose folders are gone, or were moved.
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import {
  mayPrune,
  nothingRepaired,
  nothingToPrune,
  pruned,
  pruneDetail,
  repaired,
  whereIsNow,
} from "../../core/messages/worktreeCommands";
import { pruneChanged } from "../../core/worktreeCommandErrors";
import { allWorktrees } from "../../core/worktrees/allWorktrees";
import {
  prunableWorktrees,
  pruneWorktrees,
  repairWorktrees,
} from "../../core/worktrees/maintainWorktrees";
import { escapeMessage } from "../escape";
import { ask } from "./removal";

/** Shows first what git would forget. Rejects with a UserError. */
export async function prune(directory: string): Promise<void> {
  const found = await prunableWorktrees(directory);
  if (found.length === 0) {
    await vscode.window.showInformationMessage(nothingToPrune);
    return;
  }
  const lines = found.map(({ path, reason }) => `${path}: ${reason}`);
  const detail = [...lines, "", pruneDetail].join("\n");
  if (!(await ask(mayPrune(found.length), detail, "Prune"))) return;
  if (!isDeepStrictEqual(await prunableWorktrees(directory), found))
    throw pruneChanged();
  await pruneWorktrees(directory);
  void vscode.window.showInformationMessage(pruned);
}

/** Asks where the missing ones are, if any. Rejects with a UserError. */
export async function repair(directory: string): Promise<void> {
  const entries = await allWorktrees(directory);
  const missing = entries.filter(({ exists }) => !exists);
  const paths: string[] = [];
  for (const { path } of missing) {
    const chosen = await vscode.window.showOpenDialog({
      title: whereIsNow(path),
      openLabel: "Repair",
      canSelectFiles: false,
      canSelectFolders: true,
    });
    paths.push(...(chosen ?? []).map(({ fsPath }) => fsPath));
  }
  // Nobody has said where.
  if (missing.length > 0 && paths.length === 0) return;
  const lines = await repairWorktrees(directory, paths);
  await vscode.window.showInformationMessage(
    lines.length === 0 ? nothingRepaired : escapeMessage(repaired(lines)),
  );
}
