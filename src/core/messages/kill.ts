// Texts: stopping an instance, and what is said where it was stopped.
import { formatPendingDiffs } from "./diffs";
import { ofWindow } from "./instances";

export function killQuestion(name: string): string {
  return `Kill ${name}?`;
}

/** What a question offers first: the button that Enter presses. */
export const keepRunning = "Keep Running";

export const killTakesEditor =
  "Their connections end, and diffs that wait are closed undecided.";

/** `diffs`: how many of the agent's wait. */
export function formatUse(agent: string, diffs: number): string {
  return diffs === 0 ? agent : `${agent}: ${formatPendingDiffs(diffs)}`;
}

export function formatKilled(
  name: string,
  worktree: string,
  uses: readonly string[],
): string {
  const place = `${name} (${worktree})`;
  return uses.length === 0 ? place : `${place}, ${uses.join(", ")}`;
}

/** `window` is what the other one has open; null: nothing. */
export function stoppedFromWindow(name: string, window: string | null): string {
  return `${name} was stopped from ${ofWindow(window)}.`;
}

export function stoppedFromAShell(name: string): string {
  return `${name} was stopped from a shell.`;
}

export function waitsForStop(name: string): string {
  return `Waiting for ${name} to stop`;
}

export function processIsGone(name: string): string {
  return `The process of ${name} is gone. It has left its files behind, which lead agents to nobody.`;
}
