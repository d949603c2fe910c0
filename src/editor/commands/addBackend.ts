import * as vscode from "vscode";
import {
  backendAdded,
  backendNameIsUnusable,
} from "../../core/backendMessages";
import {
  backendCannotBeAdded,
  backendIsTooLongToAdd,
} from "../../core/backendErrors";
import {
  type BackendDefinition,
  isBackendName,
  parseBackends,
} from "../../core/backends/definition";
import {
  canBeShown,
  describeDefinition,
} from "../../core/backends/describeDefinition";
import { findImports } from "../backends/imports";
import { type Preset, presets } from "../backends/presets";
import { isObject } from "../../core/isObject";
import type { Command } from "./command";

const TITLE = "Berth: Add Backend";

/** Offers definitions that work, shows the chosen one, and writes it to the user's settings. */
export const addBackend: Command = async () => {
  const preset = await choosePreset();
  if (!preset) return;
  const definition = await askForCommand(preset);
  if (!definition) return;
  const name = await chooseName(preset.name, Object.keys(settingsNow()));
  if (name === undefined) return;
  const added = parseOne(name, definition);
  if (!canBeShown(added)) throw backendIsTooLongToAdd(name);
  const add = "Add to User Settings";
  const answer = await vscode.window.showInformationMessage(
    `Add the backend "${name}"? Every worktree gets one of its own.`,
    { modal: true, detail: describeDefinition(added) },
    add,
  );
  if (answer !== add) return;
  await vscode.workspace.getConfiguration("berth").update(
    "backends",
    // What has changed meanwhile stays.
    { ...settingsNow(), [name]: definition },
    vscode.ConfigurationTarget.Global,
  );
  const open = "Open Settings";
  const next = await vscode.window.showInformationMessage(
    backendAdded(name),
    open,
  );
  if (next === open)
    await vscode.commands.executeCommand("workbench.action.openSettingsJson", {
      revealSetting: { key: "berth.backends", edit: true },
    });
};

/** What the user's settings define. */
function settingsNow(): Record<string, unknown> {
  const value = vscode.workspace
    .getConfiguration("berth")
    .inspect("backends")?.globalValue;
  return isObject(value) ? value : {};
}

/** Beside what the settings define: two can be too alike. Throws a UserError. */
function parseOne(name: string, definition: unknown): BackendDefinition {
  const { definitions = [], problems = [] } =
    parseBackends({ ...settingsNow(), [name]: definition }) ?? {};
  const added = definitions.find((each) => each.name === name);
  if (added) return added;
  const own = problems.filter((each) => each.startsWith(JSON.stringify(name)));
  throw backendCannotBeAdded(own[0] ?? problems.join(" "));
}

async function choosePreset(): Promise<Preset | undefined> {
  const imports = await findImports();
  const rows = (items: readonly Preset[]) =>
    items.map((preset) => ({
      label: preset.label,
      detail: preset.detail,
      preset,
    }));
  const separator = (label: string) => ({
    label,
    kind: vscode.QuickPickItemKind.Separator,
    preset: undefined,
  });
  const items = [
    ...(imports.length > 0 ? [separator("Found in this workspace")] : []),
    ...rows(imports),
    separator("Presets"),
    ...rows(presets),
  ];
  const row = await vscode.window.showQuickPick(items, {
    title: TITLE,
    placeHolder: "Choose the server that every worktree is to have",
    matchOnDetail: true,
  });
  return row?.preset;
}

/** Asks for the command where the preset does not know it. */
async function askForCommand({
  definition,
  asks,
}: Preset): Promise<Preset["definition"] | undefined> {
  if (asks === undefined) return definition;
  const line = await vscode.window.showInputBox({
    title: TITLE,
    prompt: asks.prompt,
    placeHolder: asks.example,
    ignoreFocusOut: true,
    validateInput: (text) =>
      words(text).length === 0 ? "A command is needed." : undefined,
  });
  if (line === undefined) return undefined;
  const [command, ...args] = words(line);
  return { ...definition, command, args };
}

async function chooseName(
  suggested: string,
  taken: readonly string[],
): Promise<string | undefined> {
  let value = suggested;
  for (let count = 2; taken.includes(value); count += 1)
    value = `${suggested}-${count}`;
  return vscode.window.showInputBox({
    title: TITLE,
    prompt: "What it is called, here and in BERTH_<NAME>_URL",
    value,
    ignoreFocusOut: true,
    validateInput: (name) => {
      if (!isBackendName(name)) return backendNameIsUnusable(name);
      return taken.includes(name)
        ? `Your settings define ${JSON.stringify(name)} already.`
        : undefined;
    },
  });
}

/** Separated by spaces, but for those in quotes. No shell reads them. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(
    ([whole, double, single]) => double ?? single ?? whole,
  );
}
