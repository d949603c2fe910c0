// Keeps git from pruning and removing a worktree, for example one on a drive that is not always there.
import * as vscode from "vscode";
import {
  lockWorktree as lock,
  unlockWorktree as unlock,
} from "../../core/worktrees/maintainWorktrees";
import type { Target, TargetContext } from "../instances/target";
import { worktreeOf } from "./worktreeRow";

/** Rejects with a UserError. */
export async function lockWorktree(
  context: TargetContext,
  target: Target,
): Promise<void> {
  const row = worktreeOf(target, context);
  if (!row) return;
  const reason = await vscode.window.showInputBox({
    title: "Berth: Lock Worktree",
    prompt: `Why ${row.name} must stay, if you want to say so`,
    ignoreFocusOut: true,
  });
  if (reason === undefined) return;
  await lock(row.path, row.path, reason.trim() || undefined);
}

/** Rejects with a UserError. */
export async function unlockWorktree(
  context: TargetContext,
  target: Target,
): Promise<void> {
  const row = worktreeOf(target, context);
  if (row) await unlock(row.path, row.path);
}
