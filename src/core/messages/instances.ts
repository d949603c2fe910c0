// Texts: instances and their agents in every view.

export const notFoundByAgents =
  "Until then agents do not find this instance by themselves.";

export function notFoundBy(agent: string): string {
  return `Until then ${agent} does not find this instance by itself.`;
}

export const portIsHeldByAnother = "another program holds its port";

export function formatAgentCount(count: number): string {
  return count === 0 ? "no agent" : count === 1 ? "1 agent" : `${count} agents`;
}

/** `since`: milliseconds since 1970; 0: nobody knows. */
export function formatAgent(since: number, isBusy: boolean): string {
  const time = since === 0 ? "" : `since ${formatTime(since)}`;
  return [isBusy ? "busy" : "", time].filter(Boolean).join(", ");
}

/** `at`: milliseconds since 1970. */
export function formatTime(at: number): string {
  const time = new Date(at);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday
    ? time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : time.toLocaleDateString();
}

/** `state` says how many agents are connected, or why nobody knows. */
export function formatPort(port: number, state: string): string {
  return `port ${port}, ${state}`;
}

export function markActive(status: string): string {
  return `${status} · active`;
}

export function markLocked(status: string): string {
  return `${status} · locked`;
}

/** `window` is what it has open; null: nothing. */
export function ofWindow(window: string | null): string {
  return window === null ? "another window" : `the window of ${window}`;
}

/** `window` as above. */
export function stoppedElsewhere(window: string | null): string {
  return `stopped in ${ofWindow(window)}`;
}

/** `window` as above; `isLimit`: it runs as many as it may. */
export function notStartedElsewhere(
  window: string | null,
  isLimit: boolean,
): string {
  const reason = isLimit ? ": berth.maxInstances is reached" : "";
  return `not started in ${ofWindow(window)}${reason}`;
}

export const stoppedFromShell = "stopped from a shell";

export const notStartedAtLimit = "not started: berth.maxInstances is reached";

export function servesAlready(home: string): string {
  return `Berth's server runs already for ${home}. Its windows and agents use that one.`;
}

export function killAllQuestion(count: number): string {
  return `Kill ${count === 1 ? "the one instance" : `all ${count} instances`} on this machine?`;
}

export function formatCountsByWindow(own: number, others: number): string {
  return [
    own === 0 ? "" : `${own} in this window`,
    others === 0 ? "" : `${others} in other windows`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** To the log. */
export function stoppedUnused(worktree: string): string {
  return `Stops the instance of ${worktree}: no editor shows a file of it, and no agent or program uses it`;
}
