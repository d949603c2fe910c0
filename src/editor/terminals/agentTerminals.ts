// The terminals in which agents run: those that Berth opens, and any other that a connected agent turns out to be in.
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import type { AgentTerminalSetup } from "../../core/agents/agentTerminal";
import { notRunning, notTrusted, noWorktree } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import { unwrap } from "../../core/outcome";
import type { InstanceView } from "../../host/contract";
import type { HostConnection } from "../window/hostConnection";
import type { CurrentSettings } from "../settings/settings";
import { withoutIcons } from "../text";
import type { WindowInstances } from "../instances/windowInstances";
import { chooseAgent, type FoundAgent } from "./agents";
import { ClientTerminals } from "./clientTerminals";
import { type Opened, OpenedTerminals } from "./openedTerminals";
import { TerminalNotices } from "./terminalNotices";
import { worktreeColor } from "./worktreeColors";

/** Milliseconds. */
const VIEW_COMES_WITHIN = 5_000;

interface Wiring {
  readonly instances: WindowInstances;
  readonly connection: HostConnection;
  readonly settings: CurrentSettings;
  /** The bundle that runs in a terminal and starts the agent there. */
  readonly program: string;
  /** Directory of the notice files. */
  readonly notices: string;
  /** The window's own. */
  readonly state: vscode.Memento;
  readonly log: Log;
}

type Running = InstanceView & {
  readonly state: Extract<InstanceView["state"], { kind: "running" }>;
};

export class AgentTerminals {
  readonly #lifetime = new Lifetime();
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());
  readonly #clients: ClientTerminals;
  readonly #opened: OpenedTerminals;

  readonly onDidChange = this.#changed.event;

  constructor(private readonly wiring: Wiring) {
    this.#clients = this.#lifetime.own(new ClientTerminals(wiring.instances));
    this.#opened = this.#lifetime.own(
      new OpenedTerminals(wiring.state, (options) => this.#recognize(options)),
    );
    this.#lifetime.own(
      new TerminalNotices(wiring.instances, this.#opened, wiring.log),
    );
    for (const { onDidChange } of [this.#clients, this.#opened])
      this.#lifetime.own(
        onDidChange(() => {
          this.#changed.fire();
        }),
      );
  }

  /** Of the worktree's instance: those of connected agents, then the others that Berth opened for it. */
  of(worktree: string): vscode.Terminal[] {
    const view = this.wiring.instances.views.find(
      (each) => each.worktree === worktree,
    );
    return [
      ...new Set([...this.#clients.of(view), ...this.#opened.of(worktree)]),
    ];
  }

  /** Opens one for the chosen agent in this worktree, by default the active one, whose instance it starts if need be. */
  async open(worktree?: string): Promise<void> {
    const options = await this.#options(worktree);
    if (options) vscode.window.createTerminal(options).show();
  }

  /** Brings a terminal of the worktree's agents to the front, after a choice where there are several. */
  async reveal(worktree: string): Promise<boolean> {
    const terminals = this.of(worktree);
    const terminal =
      terminals.length < 2
        ? terminals[0]
        : (
            await vscode.window.showQuickPick(
              terminals.map((each) => ({
                label: withoutIcons(each.name),
                terminal: each,
              })),
              {
                title: "Berth: Show Terminal",
                placeHolder: "Choose the terminal to show",
              },
            )
          )?.terminal;
    terminal?.show();
    return terminal !== undefined;
  }

  /** What the `+` menu opens. */
  async profile(): Promise<vscode.TerminalProfile | undefined> {
    const options = await this.#options();
    return options && new vscode.TerminalProfile(options);
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  async #options(
    worktree = this.wiring.instances.active?.worktree,
  ): Promise<vscode.TerminalOptions | undefined> {
    const { settings, notices, state } = this.wiring;
    if (worktree === undefined) throw noWorktree();
    // VS Code itself would ask, and in a remote window go on whatever the answer.
    if (!vscode.workspace.isTrusted) throw notTrusted();
    const { agents, defaultAgent } = settings.value;
    const agent = await chooseAgent(agents, defaultAgent);
    if (!agent) return undefined;
    const view = await this.#running(worktree);
    await mkdir(notices, { recursive: true, mode: 0o700 });
    return {
      // VS Code reads icons here, and shows a backslash before them in some places: an invisible character tells it not to.
      name: `${agent.name} · ${view.name}`.replaceAll("$(", "$\u200b("),
      cwd: worktree,
      shellPath: process.execPath,
      shellArgs: [
        this.wiring.program,
        JSON.stringify(this.#setup(agent, view)),
      ],
      // VS Code's own program runs as plain Node then; a remote server's is that already.
      env: { ELECTRON_RUN_AS_NODE: "1" },
      iconPath: new vscode.ThemeIcon("robot"),
      color: worktreeColor(state, worktree),
    };
  }

  #setup(agent: FoundAgent, view: Running): AgentTerminalSetup {
    const { worktree, state } = view;
    return {
      name: agent.name,
      command: agent.file,
      args: agent.args,
      families: agent.variables,
      worktree,
      served: { port: state.port, instanceId: state.instanceId },
      shell: vscode.env.shell,
      notice: path.join(this.wiring.notices, `${randomUUID()}.json`),
    };
  }

  /** The worktree's view with its instance running, on the user's word if it did not. */
  async #running(worktree: string): Promise<Running> {
    const { instances, connection } = this.wiring;
    const find = (): Running | undefined =>
      instances.views.find(
        (view): view is Running =>
          view.worktree === worktree && view.state.kind === "running",
      );
    const view = find();
    if (view) return view;
    unwrap(await connection.host.start(worktree));
    // The views come a moment later.
    return new Promise((resolve, reject) => {
      const end = (): void => {
        listener.dispose();
        clearTimeout(stoppedAgain);
      };
      const check = (): void => {
        const started = find();
        if (!started) return;
        end();
        resolve(started);
      };
      const stoppedAgain = setTimeout(() => {
        end();
        reject(notRunning(path.basename(worktree)));
      }, VIEW_COMES_WITHIN);
      const listener = instances.onDidChange(check);
      check();
    });
  }

  #recognize({ shellArgs }: vscode.TerminalOptions): Opened | undefined {
    const [program, setup] = shellArgs ?? [];
    return program === this.wiring.program && setup !== undefined
      ? (JSON.parse(setup) as AgentTerminalSetup)
      : undefined;
  }
}
