// The only reader of Berth's settings. Defaults live in package.json only; they replace invalid values, with a warning.
import * as vscode from "vscode";
import {
  agentsLeftOut,
  settingReplaced,
  workspaceAgentsLeftOut,
} from "../../core/messages/settings";
import { parsePortRange } from "../../core/system/ports";
import type { HostSettings } from "../../host/contract";
import { type BackendSettings, readBackendSettings } from "./backendSettings";
import { escapeMessage } from "../escape";
import { mergeSettings } from "./mergeSettings";
import { type AgentSetting, parseAgents } from "../terminals/agents";

/** A dialog shows no more of command lines. */
const MAX_LINES = 20;
const MAX_TEXT = 2_000;

export interface Settings extends HostSettings {
  readonly statusBar: boolean;
  readonly worktreeColors: boolean;
  /** Memory, and since when something runs. */
  readonly showUsage: boolean;
  /** Of a diff that comes while the window is not in front. */
  readonly notifyDiffs: boolean;
  /** Glob patterns of files hidden from agents. */
  readonly secretFiles: readonly string[];
  /** Ids of commands of VS Code that agents may run. */
  readonly allowedCommands: readonly string[];
  /** Other machines, as ssh knows them. */
  readonly hosts: readonly string[];
  readonly agents: readonly AgentSetting[];
  /** The id of one of `agents`. */
  readonly defaultAgent: string;
  readonly terminalEnvironment: boolean;
  readonly terminalLocation: "panel" | "beside" | "editor";
  /** Whether a send is followed by the agent's terminal. */
  readonly focusTerminal: boolean;
  readonly backends: BackendSettings;
  /** Where new worktrees go; see suggestPath. */
  readonly worktreePlace: string;
  /** Patterns of files that git does not track, to be copied into new worktrees. */
  readonly worktreeCopy: readonly string[];
  readonly setup: SetupSetting;
}

/** What runs in a new worktree. */
export interface SetupSetting {
  readonly lines: readonly string[];
  /** Whether the workspace says so, and not the user. */
  readonly isOfWorkspace: boolean;
}

/** Berth's current settings. Warns once per invalid value that the default is used instead. */
export class CurrentSettings {
  readonly #reported = new Set<string>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #listeners: vscode.Disposable;
  #value = this.#read();

  /** Fires after a changed setting has been read. */
  readonly onDidChange = this.#changed.event;

  constructor() {
    const reload = (): void => {
      this.#value = this.#read();
      this.#changed.fire();
    };
    this.#listeners = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("berth")) reload();
      }),
      // Once trusted, workspace settings apply too.
      vscode.workspace.onDidGrantWorkspaceTrust(reload),
    );
  }

  get value(): Settings {
    return this.#value;
  }

  dispose(): void {
    this.#listeners.dispose();
    this.#changed.dispose();
  }

  #read(): Settings {
    return readSettings((key, message) => {
      if (this.#reported.has(message)) return;
      this.#reported.add(message);
      void warnAboutSetting(message, key);
    });
  }
}

function readSettings(
  onInvalid: (key: string, message: string) => void,
): Settings {
  const configuration = vscode.workspace.getConfiguration("berth");
  const read = <T>(
    key: keyof Settings,
    parse: (value: unknown) => T | undefined,
  ): T => {
    const value =
      key === "agents"
        ? userLevelValue(configuration, key)
        : configuration.get<unknown>(key);
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    const defaultValue = configuration.inspect(key)?.defaultValue;
    onInvalid(`berth.${key}`, settingReplaced(key, value, defaultValue));
    const fallback = parse(defaultValue);
    if (fallback === undefined)
      throw new Error(`package.json has no usable default for berth.${key}`);
    return fallback;
  };
  const { workspaceValue, workspaceFolderValue } =
    configuration.inspect("agents") ?? {};
  if (workspaceValue !== undefined || workspaceFolderValue !== undefined)
    onInvalid("berth.agents", workspaceAgentsLeftOut);
  const { agents, problems } = read("agents", parseAgents);
  if (problems.length > 0) onInvalid("berth.agents", agentsLeftOut(problems));
  return {
    enabled: read("enabled", boolean),
    autoStart: read("autoStart", oneOf("workspace", "activeEditor", "off")),
    maxInstances: read("maxInstances", integer(1, 1_000)),
    portRange: read("portRange", (value) =>
      typeof value === "string" ? parsePortRange(value) : undefined,
    ),
    statusBar: read("statusBar", boolean),
    worktreeColors: read("worktreeColors", boolean),
    showUsage: read("showUsage", boolean),
    notifyDiffs: read("notifyDiffs", boolean),
    naming: read("naming", oneOf("worktree", "branch", "custom")),
    nameTemplate: read("nameTemplate", string),
    maxClients: read("maxClients", integer(1, 1_000)),
    shareSelection: read("shareSelection", boolean),
    selectionDebounce: read("selectionDebounce", integer(0, 10_000)),
    reloadGrace: 1_000 * read("reloadGrace", integer(0, 600)),
    secretFiles: read("secretFiles", nonEmptyStrings),
    allowedCommands: read("allowedCommands", nonEmptyStrings),
    hosts: read("hosts", nonEmptyStrings),
    terminalEnvironment: read("terminalEnvironment", boolean),
    terminalLocation: read(
      "terminalLocation",
      oneOf("panel", "beside", "editor"),
    ),
    focusTerminal: read("focusTerminal", boolean),
    agents,
    defaultAgent: read("defaultAgent", string),
    backends: readBackendSettings(configuration, onInvalid),
    worktreePlace: read("worktreePlace", nonEmptyString),
    worktreeCopy: read("worktreeCopy", nonEmptyStrings),
    setup: {
      lines: read("setup", printableLines),
      isOfWorkspace: isOfWorkspace(configuration, "setup"),
    },
  };
}

/** For settings that name commands to run: ignores workspace values. */
function userLevelValue(
  configuration: vscode.WorkspaceConfiguration,
  key: string,
): unknown {
  const { defaultValue, globalValue } = configuration.inspect(key) ?? {};
  return mergeSettings(defaultValue, globalValue);
}

function isOfWorkspace(
  configuration: vscode.WorkspaceConfiguration,
  key: string,
): boolean {
  const { workspaceValue, workspaceFolderValue } =
    configuration.inspect(key) ?? {};
  return workspaceValue !== undefined || workspaceFolderValue !== undefined;
}

async function warnAboutSetting(message: string, key: string): Promise<void> {
  const openSettings = "Open Settings";
  const answer = await vscode.window.showWarningMessage(
    escapeMessage(message),
    openSettings,
  );
  if (answer === openSettings)
    await vscode.commands.executeCommand(
      "workbench.action.openSettings",
      `@id:${key}`,
    );
}

function boolean(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function nonEmptyStrings(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) &&
    value.every((item) => typeof item === "string" && item !== "")
    ? (value as readonly string[])
    : undefined;
}

function nonEmptyString(value: unknown): string | undefined {
  return value === "" ? undefined : string(value);
}

/** What cannot be seen would run unseen. */
function printableLines(value: unknown): readonly string[] | undefined {
  const lines = nonEmptyStrings(value);
  const text = lines?.join("\n") ?? "";
  const areShown =
    (lines?.length ?? 0) <= MAX_LINES &&
    text.length <= MAX_TEXT &&
    lines?.every((line) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line));
  return areShown ? lines : undefined;
}

function integer(min: number, max: number) {
  return (value: unknown): number | undefined =>
    typeof value === "number" &&
    Number.isInteger(value) &&
    value >= min &&
    value <= max
      ? value
      : undefined;
}

function oneOf<const Choice extends string>(...choices: Choice[]) {
  return (value: unknown): Choice | undefined =>
    choices.find((choice) => choice === value);
}
