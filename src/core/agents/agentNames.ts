// What agents are called. Their own names are for programs.

const known: Readonly<Record<string, string>> = {
  "claude-code": "Claude Code",
  // Both use this name.
  "streamable-http-client": "Gemini or Qwen",
};

/** Of one agent; null: it has not introduced itself. */
export function agentName(name: string | null): string {
  return name === null ? "Agent" : (known[name] ?? name);
}

/** Of several agents, in their order: equal names are numbered. */
export function distinctAgentNames(
  agents: readonly { readonly name: string | null }[],
): string[] {
  const names = agents.map(({ name }) => agentName(name));
  const counts = new Map<string, number>();
  return names.map((name) => {
    if (names.filter((each) => each === name).length === 1) return name;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `${name} #${count}`;
  });
}
