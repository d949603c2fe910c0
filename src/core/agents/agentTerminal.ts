// What the editor tells the program that runs an agent in its terminal: one argument, JSON, and a file; nothing secret in them.
import type { VariableFamily } from "./agentVariables";

export interface AgentTerminalSetup {
  /** As the user knows the agent. */
  readonly name: string;
  /** The program's own file. */
  readonly command: string;
  readonly args: readonly string[];
  readonly families: readonly VariableFamily[];
  readonly worktree: string;
  readonly served: ServedBy;
  /** Comes up when the agent has ended. */
  readonly shell: string;
  /** This terminal's own file, in which the editor keeps a Notice. */
  readonly notice: string;
}

/** Where an agent finds its editor. */
export interface ServedBy {
  readonly port: number;
  readonly instanceId: string;
}

/** How it stands with the editor of a terminal's agent. */
export type Notice =
  | {
      readonly kind: "running";
      readonly name: string;
      readonly served: ServedBy;
    }
  /** A sentence for the user: why the agent has lost its editor. */
  | { readonly kind: "stopped"; readonly sentence: string };
