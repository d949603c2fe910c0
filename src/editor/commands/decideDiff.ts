// Accepts or rejects the diff whose button was clicked, else the one in the active editor, else one the user picks, so
// that no diff is decided unseen.
import path from "node:path";
import * as vscode from "vscode";
import { chooseClient, decideAll, type Verb } from "../diffs/decideAll";
import type { DiffReview, PendingDiff } from "../diffs/diffReview";
import { proposalInDiff } from "../diffs/proposalTabs";
import { escapeIcons, escapeMessage } from "../escape";
import {
  agentDoesNotHear,
  noDiffWaits,
  reasonPrompt,
  takesNoReason,
} from "../../core/messages/diffs";
import type { Command } from "./command";

export const acceptDiff: Command = ({ diffs }, [clicked]) =>
  decide(diffs, clicked, "accept", (diff) => diffs.accept(diff));

export const rejectDiff: Command = ({ diffs }, [clicked]) =>
  decide(diffs, clicked, "reject", (diff) => diffs.reject(diff));

/** Says so where the agent's protocol has no place for a reason. */
export const rejectDiffWithReason: Command = ({ diffs }, [clicked]) =>
  decide(diffs, clicked, "reject", async (diff) => {
    const { agent, takesReason } = diff.proposal;
    if (!takesReason) {
      await vscode.window.showInformationMessage(
        escapeMessage(takesNoReason(agent)),
      );
      return;
    }
    const reason = await vscode.window.showInputBox({
      title: "Berth: Reject Diff with Reason",
      prompt: reasonPrompt(agent),
      ignoreFocusOut: true,
    });
    if (reason === undefined) return;
    await diffs.reject(diff, reason.trim() === "" ? undefined : reason.trim());
  });

export const acceptAllDiffs: Command = ({ diffs }) =>
  decideAllOfOne(diffs, "Accept");

export const rejectAllDiffs: Command = ({ diffs }) =>
  decideAllOfOne(diffs, "Reject");

async function decideAllOfOne(diffs: DiffReview, verb: Verb): Promise<void> {
  if (diffs.pending.length === 0) {
    await vscode.window.showInformationMessage(noDiffWaits);
    return;
  }
  const client = await chooseClient(diffs, verb);
  if (client !== undefined) await decideAll(diffs, client, verb);
}

async function decide(
  diffs: DiffReview,
  clicked: vscode.Uri | undefined,
  verb: "accept" | "reject",
  action: (diff: PendingDiff) => Promise<void>,
): Promise<void> {
  const { pending } = diffs;
  const { activeTab } = vscode.window.tabGroups.activeTabGroup;
  const [proposal] = clicked
    ? [clicked]
    : activeTab
      ? proposalInDiff(activeTab)
      : [];
  const hasPending = pending.length > 0;
  if (!hasPending || (proposal && !diffs.of(proposal))) {
    await vscode.window.showInformationMessage(
      hasPending ? "This diff is decided already." : noDiffWaits,
    );
    return;
  }
  const diff = proposal ? diffs.of(proposal) : await choose(pending, verb);
  if (!diff) return;
  // It stays, with what the user has typed.
  if (verb === "accept" && !diffs.isAwaited(diff))
    await vscode.window.showInformationMessage(
      escapeMessage(agentDoesNotHear(diff.proposal.agent)),
    );
  else await action(diff);
}

async function choose(
  pending: readonly PendingDiff[],
  verb: string,
): Promise<PendingDiff | undefined> {
  const rows = pending.map((diff) => ({
    label: escapeIcons(diff.title),
    detail: path.relative(diff.proposal.worktree, diff.proposal.newPath),
    diff,
  }));
  const picked = await vscode.window.showQuickPick(rows, {
    placeHolder: `Choose the diff to ${verb}`,
  });
  return picked?.diff;
}
