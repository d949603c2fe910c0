// Failures: an agent's terminal that cannot be opened, and the command in shells.
import { UserError } from "./errors";

export function noAgentFound(commands: readonly string[]): UserError {
  return new UserError(
    `No agent was found on the PATH (${commands.join(", ")}). Install one, such as Claude Code (npm install -g @anthropic-ai/claude-code), or name yours in the setting berth.agents.`,
  );
}

export function notTrusted(): UserError {
  return new UserError(
    "No agent was started: this workspace is in Restricted Mode, and an agent may run what lies in it. Trust it first (Workspaces: Manage Workspace Trust).",
  );
}

export function noWorktree(): UserError {
  return new UserError(
    "This window has no worktree to open an agent in. Open a folder first.",
  );
}

/** Somebody else's file stands where the command was to be linked. */
export function commandIsTaken(link: string): UserError {
  return new UserError(
    `${link} is another program, so the command was not linked there. Move that file away, or add Berth's own directory to your PATH.`,
  );
}

export function noLinkOnWindows(directory: string): UserError {
  return new UserError(
    `On Windows the command is not linked. Add ${directory} to your PATH.`,
  );
}
