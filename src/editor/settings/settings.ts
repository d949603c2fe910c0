// The one reader of Berth's settings. Defaults live in package.json only; a wrong value is reported and the default used.
import * as vscode from "vscode";
import { parsePortRange } from "../../core/system/ports";
import type { HostSettings } from "../../host/contract";
import { merged } from "./plainObject";
import { type AgentSetting, parseAgents } from "../terminals/agents";

export interface Settings extends HostSettings {
  readonly statusBar: boolean;
  /** Glob patterns of files that agents hear nothing of. */
  readonly secretFiles: readonly string[];
  readonly agents: readonly AgentSetting[];
  /** The id of one of them. */
  readonly defaultAgent: string;
  readonly terminalEnvironment: boolean;
}

/** Berth's settings as they are now. Says once of each wrong value that the default is used instead. */
export class CurrentSettings {
  readonly #said = new Set<string>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #listeners: vscode.Disposable;
  #value = this.#read();

  /** Fires when any of them has changed and has been read again. */
  readonly onDidChange = this.#changed.event;

  constructor() {
    const readAgain = (): void => {
      this.#value = this.#read();
      this.#changed.fire();
    };
    this.#listeners = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("berth")) readAgain();
      }),
      // From then on those of the workspace count too.
      vscode.workspace.onDidGrantWorkspaceTrust(readAgain),
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
      if (this.#said.has(message)) return;
      this.#said.add(message);
      void offerSettings(message, key);
    });
  }
}

function readSettings(
  onWrong: (key: string, message: string) => void,
): Settings {
  const configuration = vscode.workspace.getConfiguration("berth");
  const read = <T>(
    key: keyof Settings,
    parse: (value: unknown) => T | undefined,
  ): T => {
    const value =
      key === "agents"
        ? withoutWorkspace(configuration, key)
        : configuration.get<unknown>(key);
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    const used = configuration.inspect(key)?.defaultValue;
    onWrong(
      `berth.${key}`,
      `The setting berth.${key} cannot be ${JSON.stringify(value)}. Berth uses ${isShort(used) ? JSON.stringify(used) : "its default"} instead.`,
    );
    const fallback = parse(used);
    if (fallback === undefined)
      throw new Error(`package.json has no usable default for berth.${key}`);
    return fallback;
  };
  const { workspaceValue, workspaceFolderValue } =
    configuration.inspect("agents") ?? {};
  if (workspaceValue !== undefined || workspaceFolderValue !== undefined)
    onWrong(
      "berth.agents",
      "Berth leaves out what this workspace says in berth.agents: agents are commands that run, so only your user settings name them.",
    );
  const { agents, wrong } = read("agents", parseAgents);
  if (wrong.length > 0)
    onWrong(
      "berth.agents",
      `The setting berth.agents has entries that Berth leaves out: ${wrong.join("; ")}.`,
    );
  return {
    enabled: read("enabled", boolean),
    autoStart: read("autoStart", oneOf("workspace", "activeEditor", "off")),
    maxInstances: read("maxInstances", integer(1, 1_000)),
    portRange: read("portRange", (value) =>
      typeof value === "string" ? parsePortRange(value) : undefined,
    ),
    statusBar: read("statusBar", boolean),
    naming: read("naming", oneOf("worktree", "branch", "custom")),
    nameTemplate: read("nameTemplate", text),
    maxClients: read("maxClients", integer(1, 1_000)),
    shareSelection: read("shareSelection", boolean),
    selectionDebounce: read("selectionDebounce", integer(0, 10_000)),
    secretFiles: read("secretFiles", texts),
    terminalEnvironment: read("terminalEnvironment", boolean),
    agents,
    defaultAgent: read("defaultAgent", text),
  };
}

/** Of a setting that names what is run: a workspace has no say in it. */
function withoutWorkspace(
  configuration: vscode.WorkspaceConfiguration,
  key: string,
): unknown {
  const { defaultValue, globalValue } = configuration.inspect(key) ?? {};
  return merged(defaultValue, globalValue);
}

async function offerSettings(message: string, key: string): Promise<void> {
  const openSettings = "Open Settings";
  const answer = await vscode.window.showWarningMessage(message, openSettings);
  if (answer === openSettings)
    await vscode.commands.executeCommand(
      "workbench.action.openSettings",
      `@id:${key}`,
    );
}

function isShort(value: unknown): boolean {
  return typeof value !== "object";
}

function boolean(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) &&
    value.every((item) => typeof item === "string" && item !== "")
    ? (value as readonly string[])
    : undefined;
}

function integer(least: number, most: number) {
  return (value: unknown): number | undefined =>
    typeof value === "number" &&
    Number.isInteger(value) &&
    value >= least &&
    value <= most
      ? value
      : undefined;
}

function oneOf<const Choice extends string>(...choices: Choice[]) {
  return (value: unknown): Choice | undefined =>
    choices.find((choice) => choice === value);
}
