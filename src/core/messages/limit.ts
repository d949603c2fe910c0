// Texts: a window that runs as many instances as its settings allow.

/** `refused`: the names of those that do not run. */
export function limitReached(
  refused: readonly string[],
  limit: number,
): string {
  const [only] = refused;
  const who =
    refused.length === 1 && only !== undefined
      ? `${only} has no instance`
      : `${refused.length} worktrees have no instance`;
  return `${who}: this window runs ${limit}, the limit of the setting berth.maxInstances.`;
}

export function usedLeastRecently(name: string): string {
  return `${name} was used least recently.`;
}

export function stopNamed(name: string): string {
  return `Stop ${name}`;
}
