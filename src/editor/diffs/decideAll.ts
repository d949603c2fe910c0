// Decides several diffs of one agent at once, after a question: nobody may have looked at each.
import path from "node:path";
import * as vscode from "vscode";
import { decideAllQuestion } from "../../core/messages/diffs";
import { escapeIcons } from "../escape";
import type { DiffReview, PendingDiff } from "./diffReview";

export type Verb = "Accept" | "Reject";

/** Those that wait in this window. */
function diffsOfClient({ pending }: DiffReview, client: string): PendingDiff[] {
  return pending.filter(({ proposal }) => proposal.client === client);
}

/** Asks which agent's, where several have proposed some. */
export async function chooseClient(
  diffs: DiffReview,
  verb: Verb,
): Promise<string | undefined> {
  const clients = [
    ...new Map(
      diffs.pending.map(({ proposal }) => [proposal.client, proposal]),
    ).values(),
  ];
  if (clients.length < 2) return clients[0]?.client;
  const rows = clients.map(({ client, agent, instance }) => ({
    label: escapeIcons(`${agent} · ${instance}`),
    description: diffsOfClient(diffs, client).map(nameOf).join(", "),
    client,
  }));
  const picked = await vscode.window.showQuickPick(rows, {
    title: `Berth: ${verb} All Diffs`,
    placeHolder: "Choose the agent",
  });
  return picked?.client;
}

export async function decideAll(
  diffs: DiffReview,
  client: string,
  verb: Verb,
): Promise<void> {
  const all = diffsOfClient(diffs, client);
  const [first] = all;
  if (!first) return;
  const { agent, instance } = first.proposal;
  const decide = `${verb} All`;
  const answer = await vscode.window.showWarningMessage(
    decideAllQuestion(verb, all.length, agent, instance),
    { modal: true, detail: all.map(nameOf).join("\n") },
    decide,
  );
  if (answer !== decide) return;
  // Only what the question has named, less what was decided meanwhile.
  for (const diff of all.filter(({ right }) => diffs.of(right)))
    if (verb === "Reject") await diffs.reject(diff);
    else if (diffs.isAwaited(diff)) await diffs.accept(diff);
}

function nameOf({ proposal }: PendingDiff): string {
  return path.relative(proposal.worktree, proposal.newPath);
}
