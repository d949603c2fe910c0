// What the editor tells the program that runs an agent in its terminal: one argument, JSON, nothing secret in it.
import { createHash } from "node:crypto";
import path from "node:path";

export interface AgentTerminalSetup {
  /** As the user knows the agent. */
  readonly name: string;
  /** The program's own file. */
  readonly command: string;
  readonly args: readonly string[];
  /** null: must not be set. */
  readonly variables: Readonly<Record<string, string | null>>;
  /** Comes up when the agent has ended. */
  readonly shell: string;
  /** Where the editor writes why the agent has lost it; see Notice. */
  readonly notice: string;
}

/** The content of a notice file: a sentence for the user, or null once it holds no more. */
export interface Notice {
  readonly sentence: string | null;
}

/** One notice per worktree serves all its terminals, also across a reload of the window. */
export function noticeFile(directory: string, worktree: string): string {
  const key = createHash("sha256").update(worktree).digest("hex").slice(0, 16);
  return path.join(directory, `${key}.json`);
}
