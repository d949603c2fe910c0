// Failures: what could not be sent to an agent.
import { UserError } from "./errors";

export function noAgent(name: string, worktree: string): UserError {
  return new UserError(
    `No agent connected to ${name}, so nothing was sent. Start one in ${worktree} and send it again.`,
  );
}

/** Agents are connected, but none has a way to be told of a file. */
export function cannotBePointed(
  name: string,
  agents: readonly string[],
): UserError {
  return new UserError(
    `${[...new Set(agents)].join(", ")} cannot be pointed to files, so nothing was sent to ${name}. Name the file in the agent's prompt.`,
  );
}

export function inNoWorktree(path: string): UserError {
  return new UserError(
    `${path} is in no worktree of this window. Open its worktree, or choose its instance with Berth: Send Selection To....`,
  );
}

export function noFileToSend(): UserError {
  return new UserError(
    "There is no file to send. Open one in the editor, or save this one first.",
  );
}

export function noSuchFile(path: string): UserError {
  return new UserError(
    `There is no ${path}. Save it, or name a file that is there.`,
  );
}

export function notSent(name: string, reason: string): UserError {
  return new UserError(`${name} did not take it: ${reason}`);
}

export function sendingCancelled(): UserError {
  return new UserError("Nothing was sent: it was cancelled.");
}
