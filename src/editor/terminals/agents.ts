// The agents in the setting berth.agents, and the choice of one that is installed.
import * as vscode from "vscode";
import {
  type VariableFamily,
  variableFamilies,
} from "../../core/agents/agentVariables";
import { type McpMeans, mcpMeans } from "../../core/agents/mcpServers";
import { noAgentFound } from "../../core/terminalErrors";
import {
  agentArgsAreNoTexts,
  agentHasNoCommand,
  agentIsNoObject,
  agentMcpIsUnknown,
  agentNameIsNoText,
  agentVariablesAreUnknown,
} from "../../core/messages/settings";
import { findCommand } from "../../core/system/findCommand";
import { isObject } from "../../core/isObject";
import { escapeIcons } from "../escape";

export interface AgentSetting {
  readonly id: string;
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly variables: readonly VariableFamily[];
  /** How it is told of MCP servers; undefined: it is not. */
  readonly mcp: McpMeans | undefined;
}

export interface FoundAgent extends AgentSetting {
  /** Path of the executable that the command resolves to. */
  readonly file: string;
}

/**
 * The valid agents, and what is wrong with each other entry; undefined if the value is not an object. A null entry is
 * skipped, which lets the user remove a default agent.
 */
export function parseAgents(
  value: unknown,
):
  | { readonly agents: readonly AgentSetting[]; readonly problems: string[] }
  | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== null)
    .map(([id, entry]) => parseAgent(id, entry));
  return {
    agents: entries.filter((entry) => typeof entry !== "string"),
    problems: entries.filter((entry) => typeof entry === "string"),
  };
}

function parseAgent(id: string, entry: unknown): AgentSetting | string {
  if (!isObject(entry)) return agentIsNoObject(id);
  const { name = id, command, args = [], variables = [], mcp } = entry;
  if (typeof name !== "string") return agentNameIsNoText(id);
  if (typeof command !== "string" || command === "")
    return agentHasNoCommand(id);
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string"))
    return agentArgsAreNoTexts(id);
  const known: readonly unknown[] = variableFamilies;
  if (
    !Array.isArray(variables) ||
    !variables.every((family) => known.includes(family))
  )
    return agentVariablesAreUnknown(id, variableFamilies);
  const means = mcpMeans.find((each) => each === mcp);
  if (mcp !== undefined && means === undefined)
    return agentMcpIsUnknown(id, mcpMeans);
  return {
    id,
    name,
    command,
    args: [...args],
    variables: variableFamilies.filter((family) => variables.includes(family)),
    mcp: means,
  };
}

/** Asks, default first, if several are installed. Undefined if the user dismisses the choice. */
export async function chooseAgent(
  agents: readonly AgentSetting[],
  defaultAgent: string,
): Promise<FoundAgent | undefined> {
  const found = agents
    .flatMap((agent): FoundAgent[] => {
      const file = findCommand(agent.command);
      return file === undefined ? [] : [{ ...agent, file }];
    })
    .sort(
      (a, b) => Number(b.id === defaultAgent) - Number(a.id === defaultAgent),
    );
  if (found.length === 0)
    throw noAgentFound(agents.map(({ command }) => command));
  if (found.length === 1) return found[0];
  const row = await vscode.window.showQuickPick(
    found.map((agent) => ({
      label: escapeIcons(agent.name),
      description: escapeIcons(agent.file),
      agent,
    })),
    {
      title: "Berth: Open Agent Terminal",
      placeHolder: "Choose the agent to start",
    },
  );
  return row?.agent;
}
