// What agents are called. Their own names are for programs.

/** By what they call themselves in a protocol. */
const known: readonly (readonly [RegExp, string])[] = [
  [/^claude/i, "Claude Code"],
  [/gemini/i, "Gemini CLI"],
  [/qwen/i, "Qwen Code"],
  [/codex/i, "Codex"],
  [/copilot/i, "Copilot CLI"],
  [/opencode/i, "OpenCode"],
  [/^visual studio code/i, "VS Code"],
];

/** The name in the protocol that Gemini CLI and Qwen Code share, which is that of the SDK's transport. */
const SHARED_NAME = "streamable-http-client";

/** Of one agent; null: it has not introduced itself. */
export function agentName(name: string | null): string {
  if (name === null) return "Agent";
  if (name === SHARED_NAME) return "Gemini or Qwen";
  return known.find(([pattern]) => pattern.test(name))?.[1] ?? name;
}

/** Its own name, where the one that it gives is another's too: by the command line that its process was started with. */
export function ownName(name: string, argv: readonly string[]): string {
  if (name !== SHARED_NAME) return name;
  // The program, options of its runtime, and its script; what follows are the user's words.
  const program = argv.slice(0, 3).join(" ");
  if (/qwen/i.test(program)) return "qwen-code";
  return /gemini/i.test(program) ? "gemini-cli" : name;
}
