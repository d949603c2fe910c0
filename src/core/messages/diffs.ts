// Texts: diffs that wait for the user.

/** To the agent. */
export function rejectedBecause(reason: string): string {
  return `The user's reason: ${reason}`;
}

export function formatPendingDiffs(count: number): string {
  return count === 1 ? "1 diff to review" : `${count} diffs to review`;
}

export function takesNoReason(agent: string): string {
  return `${agent} takes no reason with a rejected diff. Reject it, and tell the agent in its prompt.`;
}

export function reasonPrompt(agent: string): string {
  return `What ${agent} is told, beside that its change is rejected.`;
}

export const noDiffWaits = "No diff waits for review.";

export function decideAllQuestion(
  verb: "Accept" | "Reject",
  count: number,
  agent: string,
  instance: string,
): string {
  const diffs = count === 1 ? "the one diff" : `all ${count} diffs`;
  return `${verb} ${diffs} of ${agent} in ${instance}?`;
}

export function diffProposed(
  agent: string,
  file: string,
  instance: string,
): string {
  return `${agent} proposes a change to ${file} in ${instance}.`;
}

export function diffOf(agent: string): string {
  return `from ${agent}`;
}

/** Its connection has ended with Berth's server. */
export function agentDoesNotHear(agent: string): string {
  return `${agent} has lost its connection since it proposed this, so it would not hear of it. Answer in its terminal. Reject closes this diff.`;
}
