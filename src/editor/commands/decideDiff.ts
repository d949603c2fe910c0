// Accept and reject: the diff whose button it is, else the one in the active editor, else a choice: none is decided that
// nobody looks at.
import path from "node:path";
import * as vscode from "vscode";
import type { DiffReview, PendingDiff } from "../diffs/diffReview";
import { proposalOf } from "../diffs/proposalTabs";
import { withoutIcons } from "../text";
import type { Command } from "./command";

export const acceptDiff: Command = ({ diffs }, _worktree, [clicked]) =>
  decide(diffs, clicked, "accept", (diff) => diffs.accept(diff));

export const rejectDiff: Command = ({ diffs }, _worktree, [clicked]) =>
  decide(diffs, clicked, "reject", (diff) => diffs.reject(diff));

async function decide(
  diffs: DiffReview,
  clicked: vscode.Uri | undefined,
  verb: string,
  action: (diff: PendingDiff) => Promise<void>,
): Promise<void> {
  const { pending } = diffs;
  const { activeTab } = vscode.window.tabGroups.activeTabGroup;
  const [shown] = clicked ? [clicked] : activeTab ? proposalOf(activeTab) : [];
  const isAny = pending.length > 0;
  if (!isAny || (shown && !diffs.of(shown))) {
    await vscode.window.showInformationMessage(
      isAny ? "This diff is decided already." : "No diff waits for review.",
    );
    return;
  }
  const diff = shown ? diffs.of(shown) : await choose(pending, verb);
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
