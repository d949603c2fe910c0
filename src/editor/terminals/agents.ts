// The agents of the setting berth.agents, and the choice of one that this machine has.
import * as vscode from "vscode";
import {
  type VariableFamily,
  variableFamilies,
} from "../../core/agentVariables";
import { noAgentFound } from "../../core/errors";
import { findCommand } from "../../core/findCommand";
import { withoutIcons } from "../text";

export interface AgentSetting {
  readonly id: string;
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly variables: readonly VariableFamily[];
}

export interface FoundAgent extends AgentSetting {
  /** The command's own file. */
  readonly file: string;
}

/** The setting's value, or undefined where it is not one. An entry that is null is none: so a default one is left out. */
export function parseAgents(
  value: unknown,
): readonly AgentSetting[] | undefined {
  if (!isObject(value)) return undefined;
  const agents = Object.entries(value)
    .filter(([, entry]) => entry !== null)
    .map(([id, entry]) => parseAgent(id, entry));
  return agents.includes(undefined)
    ? undefined
    : agents.filter((agent) => agent !== undefined);
}

function parseAgent(id: string, entry: unknown): AgentSetting | undefined {
  if (!isObject(entry)) return undefined;
  const { name = id, command, args = [], variables = [] } = entry;
  const families = variableFamilies.filter(
    (family) => Array.isArray(variables) && variables.includes(family),
  );
  return typeof name === "string" &&
    typeof command === "string" &&
    command !== "" &&
    Array.isArray(args) &&
    args.every((arg) => typeof arg === "string") &&
    Array.isArray(variables) &&
    families.length === variables.length
    ? { id, name, command, args: [...args], variables: families }
    : undefined;
}

/** Asks where this machine has several, the default one first. Undefined: the user chose none. */
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
      (one, other) =>
        Number(other.id === defaultAgent) - Number(one.id === defaultAgent),
    );
  if (found.length === 0)
    throw noAgentFound(agents.map(({ command }) => command));
  if (found.length === 1) return found[0];
  const row = await vscode.window.showQuickPick(
    found.map((agent) => ({
      label: withoutIcons(agent.name),
      description: withoutIcons(agent.file),
      agent,
    })),
    {
      title: "Berth: Open Agent Terminal",
      placeHolder: "Choose the agent to start",
    },
  );
  return row?.agent;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
