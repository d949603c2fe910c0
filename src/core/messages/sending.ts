// Texts: what is sent to agents.

export function allAgents(count: number): string {
  return `All ${count} agents`;
}

export function waitingForAgent(instance: string): string {
  return `Waiting for an agent of ${instance} that can be pointed to files ...`;
}

export function sendSecretQuestion(files: readonly string[]): string {
  return `Send ${files.join(", ")} to agents? Your settings (berth.secretFiles or files.exclude) hide ${files.length === 1 ? "it" : "them"} from agents.`;
}

export const sendSecretDetail =
  "Agents are told the path, and can then read the file by themselves.";

export const sendSecretLabel = "Send";
