// Texts: what is wrong with settings.

export function settingReplaced(
  key: string,
  value: unknown,
  defaultValue: unknown,
): string {
  const used =
    typeof defaultValue === "object"
      ? "its default"
      : JSON.stringify(defaultValue);
  return `The setting berth.${key} cannot be ${JSON.stringify(value)}. Berth uses ${used} instead.`;
}

export const workspaceAgentsLeftOut =
  "Berth leaves out what this workspace says in berth.agents: agents are commands that run, so only your user settings name them.";

/** `problems` are sentences such as `agentHasNoCommand`. */
export function agentsLeftOut(problems: readonly string[]): string {
  return `The setting berth.agents has entries that Berth leaves out: ${problems.join("; ")}.`;
}

export function agentIsNoObject(id: string): string {
  return `${JSON.stringify(id)} is no object`;
}

export function agentNameIsNoText(id: string): string {
  return `${JSON.stringify(id)} has a name that is no text`;
}

export function agentHasNoCommand(id: string): string {
  return `${JSON.stringify(id)} has no command`;
}

export function agentArgsAreNoTexts(id: string): string {
  return `${JSON.stringify(id)} has args that are no list of texts`;
}

export function agentVariablesAreUnknown(
  id: string,
  known: readonly string[],
): string {
  return `${JSON.stringify(id)} has variables that are no list of ${known.map((family) => `"${family}"`).join(", ")}`;
}

export function agentMcpIsUnknown(
  id: string,
  known: readonly string[],
): string {
  return `${JSON.stringify(id)} has an mcp that is none of ${known.map((means) => `"${means}"`).join(", ")}`;
}
