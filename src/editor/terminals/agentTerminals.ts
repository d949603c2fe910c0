// The terminals in which agents run: those that Berth opened, and any other in which a connected agent is found.
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import type { AgentTerminalSetup } from "../../core/agents/agentTerminal";
import { notRunning } from "../../core/errors";
import { notTrusted, noWorktree } from "../../core/terminalErrors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import { chooseTerminal } from "../../core/messages/terminals";
import { unwrap } from "../../core/outcome";
import type { InstanceView } from "../../host/contract";
import type { ClientView } from "../../host/machineContract";
import type { HostConnection } from "../window/hostConnection";
import type { CurrentSettings } from "../settings/settings";
import { startMcpServers, writeServers } from "../backends/agentBackends";
import type { BackendList } from "../backends/backendList";
import { escapeIcons } from "../escape";
import type { Machine } from "../instances/machine";
import type { WindowInstances } from "../instances/windowInstances";
import { chooseAgent, type FoundAgent } from "./agents";
import { ClientTerminals } from "./clientTerminals";
import { type OpenedTerminal, OpenedTerminals } from "./openedTerminals";
import { TerminalNotices } from "./terminalNotices";
import { WorktreeColors } from "./worktreeColors";

/** Milliseconds to wait for the view of a started instance. */
const VIEW_TIMEOUT = 5_000;

interface AgentTerminalsOptions {
  readonly instances: WindowInstances;
  readonly machine: Machine;
  readonly backends: BackendList;
  readonly connection: HostConnection;
  readonly settings: CurrentSettings;
  /** Path of the bundle that runs in a terminal and starts the agent. */
  readonly program: string;
  /** Directory of the notice files. */
  readonly notices: string;
  /** The window's own state. */
  readonly state: vscode.Memento;
  /** What all windows share. */
  readonly sharedState: vscode.Memento;
  readonly log: Log;
}

const locations = {
  panel: vscode.TerminalLocation.Panel,
  beside: { viewColumn: vscode.ViewColumn.Beside },
  editor: vscode.TerminalLocation.Editor,
} as const;

type RunningView = InstanceView & {
  readonly state: Extract<InstanceView["state"], { kind: "running" }>;
};

export class AgentTerminals {
  readonly #lifetime = new Lifetime();
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());
  readonly #clients: ClientTerminals;
  readonly #opened: OpenedTerminals;
  readonly #colors: WorktreeColors;

  readonly onDidChange = this.#changed.event;

  constructor(private readonly options: AgentTerminalsOptions) {
    this.#colors = new WorktreeColors(options.sharedState);
    this.#clients = this.#lifetime.own(new ClientTerminals(options.instances));
    this.#opened = this.#lifetime.own(
      new OpenedTerminals(options.state, (created) => this.#recognize(created)),
    );
    this.#lifetime.own(
      new TerminalNotices(options.instances, this.#opened, options.log),
    );
    for (const { onDidChange } of [this.#clients, this.#opened])
      this.#lifetime.own(
        onDidChange(() => {
          this.#changed.fire();
        }),
      );
  }

  /** Terminals of connected agents first, then the others that Berth opened for the worktree. */
  of(worktree: string): vscode.Terminal[] {
    const view = this.options.instances.views.find(
      (each) => each.worktree === worktree,
    );
    return [
      ...new Set([...this.#clients.of(view), ...this.#opened.of(worktree)]),
    ];
  }

  /** undefined: it runs in no terminal of this window. */
  ofClient(client: ClientView): vscode.Terminal | undefined {
    return this.#clients.ofClient(client);
  }

  /** The worktree's colour in every view; undefined: the user wants none. */
  colorOf(worktree: string): vscode.ThemeColor | undefined {
    const { settings, instances, machine } = this.options;
    if (!settings.value.worktreeColors) return undefined;
    const live = [
      ...instances.views,
      ...machine.view.instances,
      ...this.#opened.all,
    ].map((each) => each.worktree);
    return new vscode.ThemeColor(this.#colors.of(worktree, new Set(live)));
  }

  /** Opens a terminal for a chosen agent, by default in the active worktree; starts its instance if needed. */
  async open(worktree?: string): Promise<void> {
    const options = await this.#terminalOptions(worktree);
    if (options) vscode.window.createTerminal(options).show();
  }

  /** Shows a terminal of the worktree's agents; asks which if there are several. */
  async reveal(worktree: string): Promise<boolean> {
    const terminals = this.of(worktree);
    const terminal =
      terminals.length < 2
        ? terminals[0]
        : (
            await vscode.window.showQuickPick(
              terminals.map((each) => ({
                label: escapeIcons(each.name),
                terminal: each,
              })),
              {
                title: "Berth: Show Terminal",
                placeHolder: chooseTerminal,
              },
            )
          )?.terminal;
    terminal?.show();
    return terminal !== undefined;
  }

  /** For the terminal `+` menu. */
  async profile(): Promise<vscode.TerminalProfile | undefined> {
    const options = await this.#terminalOptions();
    return options && new vscode.TerminalProfile(options);
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  async #terminalOptions(
    worktree = this.options.instances.active?.worktree,
  ): Promise<vscode.TerminalOptions | undefined> {
    const { settings, notices } = this.options;
    if (worktree === undefined) throw noWorktree();
    // VS Code would prompt, and in a remote window continue whatever the answer.
    if (!vscode.workspace.isTrusted) throw notTrusted();
    const { agents, defaultAgent } = settings.value;
    const agent = await chooseAgent(agents, defaultAgent);
    if (!agent) return undefined;
    const view = await this.#ensureRunning(worktree);
    await mkdir(notices, { recursive: true, mode: 0o700 });
    const setup = await this.#setup(agent, view);
    const color = this.colorOf(worktree);
    return {
      // VS Code renders icons here and shows an escaping backslash in places; a zero-width space prevents both.
      name: `${agent.name} · ${view.name}`.replaceAll("$(", "$\u200b("),
      cwd: worktree,
      location: locations[settings.value.terminalLocation],
      shellPath: process.execPath,
      shellArgs: [this.options.program, JSON.stringify(setup)],
      // Makes VS Code's own binary run as plain Node; a remote server's already does.
      env: { ELECTRON_RUN_AS_NODE: "1" },
      iconPath: new vscode.ThemeIcon("robot"),
      ...(color && { color }),
    };
  }

  async #setup(
    agent: FoundAgent,
    view: RunningView,
  ): Promise<AgentTerminalSetup> {
    const { worktree, state } = view;
    const { backends, notices } = this.options;
    const id = randomUUID();
    const servers = agent.mcp ? await startMcpServers(backends, worktree) : [];
    return {
      name: agent.name,
      command: agent.file,
      args: agent.args,
      families: agent.variables,
      worktree,
      served: { port: state.port, instanceId: state.instanceId },
      backends: backends.addressesOf(worktree),
      ...(agent.mcp &&
        servers.length > 0 && {
          mcp: {
            means: agent.mcp,
            servers: await writeServers(notices, id, servers),
          },
        }),
      shell: vscode.env.shell,
      notice: path.join(notices, `${id}.json`),
    };
  }

  /** The worktree's view once its instance runs; starts it at the user's request if it does not. */
  async #ensureRunning(worktree: string): Promise<RunningView> {
    const { instances, connection } = this.options;
    const findRunning = (): RunningView | undefined =>
      instances.views.find(
        (view): view is RunningView =>
          view.worktree === worktree && view.state.kind === "running",
      );
    const view = findRunning();
    if (view) return view;
    unwrap(await connection.host.start(worktree));
    // The views are updated slightly later.
    return new Promise((resolve, reject) => {
      const stopWaiting = (): void => {
        listener.dispose();
        clearTimeout(timeout);
      };
      const check = (): void => {
        const started = findRunning();
        if (!started) return;
        stopWaiting();
        resolve(started);
      };
      const timeout = setTimeout(() => {
        stopWaiting();
        reject(notRunning(path.basename(worktree)));
      }, VIEW_TIMEOUT);
      const listener = instances.onDidChange(check);
      check();
    });
  }

  #recognize({
    shellArgs,
  }: vscode.TerminalOptions): OpenedTerminal | undefined {
    const [program, setup] = shellArgs ?? [];
    return program === this.options.program && setup !== undefined
      ? (JSON.parse(setup) as AgentTerminalSetup)
      : undefined;
  }
}
