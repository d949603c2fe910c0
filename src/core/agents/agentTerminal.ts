// What the editor passes to the program that runs an agent in a terminal: one JSON argument and a file, without secrets,
// and a file with the tokens of MCP servers.
import type { BackendAddress } from "./backendVariables";
import type { McpMeans } from "./mcpServers";
import type { VariableFamily } from "./agentVariables";

export interface AgentTerminalSetup {
  /** The agent's display name. */
  readonly name: string;
  /** Path of the executable. */
  readonly command: string;
  readonly args: readonly string[];
  readonly families: readonly VariableFamily[];
  readonly worktree: string;
  readonly served: ServingInstance;
  /** Of the worktree. */
  readonly backends?: readonly BackendAddress[];
  /** How the agent is told of MCP servers, and the path of the file with these (McpServer[]), which the program removes. */
  readonly mcp?: { readonly means: McpMeans; readonly servers: string };
  /** Started once the agent has exited. */
  readonly shell: string;
  /** Path of this terminal's file, in which the editor keeps a Notice. */
  readonly notice: string;
}

/** The instance that serves an agent. */
export interface ServingInstance {
  readonly port: number;
  readonly instanceId: string;
}

/** Whether a terminal's agent still has its editor. */
export type Notice =
  | {
      readonly kind: "running";
      readonly name: string;
      readonly served: ServingInstance;
    }
  /** `sentence` tells the user why the agent lost its editor. */
  | { readonly kind: "stopped"; readonly sentence: string };
