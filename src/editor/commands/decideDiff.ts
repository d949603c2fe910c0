// Accept and reject: the diff in the active editor, else the only one that waits, else a choice.
import path from "node:path";
import * as vscode from "vscode";
import type { DiffReview, PendingDiff } from "../diffs/diffReview";
import { withoutIcons } from "../text";
import type { Command } from "./command";

export const acceptDiff: Command = ({ diffs }) =>
  decide(diffs, "accept", (diff) => diffs.accept(diff));

export const rejectDiff: Command = ({ diffs }) =>
  decide(diffs, "reject", (diff) => diffs.reject(diff));

async function decide(
  diffs: DiffReview,
  verb: string,
  action: (diff: PendingDiff) => Promise<void>,
): Promise<void> {
  const { active, pending } = diffs;
  if (pending.length === 0) {
    await vscode.window.showInformationMessage("No diff waits for review.");
    return;
  }
  const diff =
    active ?? (pending.length === 1 ? pending[0] : await choose(pending, verb));
  if (diff) await action(diff);
}

async function choose(
  pending: readonly PendingDiff[],
  verb: string,
): Promise<PendingDiff | undefined> {
  const rows = pending.map((diff) => ({
    label: withoutIcons(diff.title),
    detail: path.relative(diff.proposal.worktree, diff.proposal.newPath),
    diff,
  }));
  const picked = await vscode.window.showQuickPick(rows, {
    placeHolder: `Choose the diff to ${verb}`,
  });
  return picked?.diff;
}
