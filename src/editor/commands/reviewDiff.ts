// Goes from diff to diff, in whatever window each is.
import * as vscode from "vscode";
import { noDiffWaits } from "../../core/messages/diffs";
import { proposalInDiff } from "../diffs/proposalTabs";
import { review } from "../instances/agentTarget";
import { waitingDiffs } from "../instances/waiting";
import type { Command, CommandContext } from "./command";

export const reviewNextDiff: Command = (context) => step(context, 1);

export const reviewPreviousDiff: Command = (context) => step(context, -1);

/** From the one in front, and around the end; without one, to the oldest or the newest. */
async function step(context: CommandContext, by: 1 | -1): Promise<void> {
  const waiting = waitingDiffs(context);
  const shown = idInFront(context);
  const index = waiting.findIndex(({ diff }) => diff.id === shown);
  const start = by === 1 ? 0 : -1;
  const next = waiting.at(index < 0 ? start : (index + by) % waiting.length);
  if (next) await review(context, next);
  else await vscode.window.showInformationMessage(noDiffWaits);
}

function idInFront({ diffs }: CommandContext): string | undefined {
  const { activeTab } = vscode.window.tabGroups.activeTabGroup;
  const [uri] = activeTab ? proposalInDiff(activeTab) : [];
  return uri && diffs.of(uri)?.proposal.id;
}
