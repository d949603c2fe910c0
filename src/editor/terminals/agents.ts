// The agents of the setting berth.agents, and the choice of one that this machine has.
import * as vscode from "vscode";
import {
  type VariableFamily,
  variableFamilies,
} from "../../core/agents/agentVariables";
import { noAgentFound } from "../../core/errors";
import { findCommand } from "../../core/system/findCommand";
import { isObject } from "../settings/plainObject";
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

/**
 * The agents of the setting's value, and in words what is wrong with its other entries; undefined where it is no setting
 * of agents at all. An entry that is null is none: so a default one is left out.
 */
export function parseAgents(
  value: unknown,
):
  | { readonly agents: readonly AgentSetting[]; readonly wrong: string[] }
  | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== null)
    .map(([id, entry]) => parseAgent(id, entry));
  return {
    agents: entries.filter((entry) => typeof entry !== "string"),
    wrong: entries.filter((entry) => typeof entry === "string"),
  };
}

function parseAgent(id: string, entry: unknown): AgentSetting | string {
  const wrong = (words: string): string => `${JSON.stringify(id)} ${words}`;
  if (!isObject(entry)) return wrong("is no object");
  const { name = id, command, args = [], variables = [] } = entry;
  if (typeof name !== "string") return wrong("has a name that is no text");
  if (typeof command !== "string" || command === "")
    return wrong("has no command");
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string"))
    return wrong("has args that are no list of texts");
  const known: readonly unknown[] = variableFamilies;
  if (
    !Array.isArray(variables) ||
    !variables.every((family) => known.includes(family))
  )
    return wrong(
      `has variables that are no list of ${variableFamilies.map((family) => `"${family}"`).join(", ")}`,
    );
  return {
    id,
    name,
    command,
    args: [...args],
    variables: variableFamilies.filter((family) => variables.includes(family)),
  };
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
