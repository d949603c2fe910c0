// The scene of these tests: one repository with two worktrees, a real VS Code, and real agents that share its home.
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import {
  agentVariables,
  type VariableFamily,
} from "../../../src/core/agents/agentVariables";
import type { InstanceRecord } from "../../../src/core/registry/formats";
import { health } from "../../../src/core/control/controlClient";
import { Lifetime } from "../../../src/core/lifetime";
import { GitRepository } from "../../harness/gitRepository";
import { TestHome } from "../../harness/testHome";
import { until } from "../../harness/until";
import { VSCodeServer } from "../../harness/vscodeServer";
import { readableTerminals } from "../../harness/terminalPanel";
import { recordOf } from "../../ui/instances";
import { type AgentCommands, agentCommands } from "./commands";
import { type Dialect, DummyModel } from "./dummyModel";
import { Terminal } from "./terminal";

/** Milliseconds: VS Code and several agents at once are slow on a small machine. */
export const patience = 60_000;

/** A vendor's agent: how it is started without first-run questions, and how it talks to its model. */
export interface RealAgent {
  /** Of its command. */
  readonly name: string;
  /** Of its variables; undefined: it knows of none. */
  readonly family?: VariableFamily;
  readonly dialect: Dialect;
  command(commands: AgentCommands): readonly string[];
  /** Points it to the dummy model, and keeps it from connecting to anything else. */
  environment(modelUrl: string): Readonly<Record<string, string>>;
  /** Writes what it would remember from earlier runs. */
  settle(
    home: TestHome,
    folders: readonly string[],
    modelUrl: string,
  ): Promise<void>;
  /** On the screen once it accepts input. */
  readonly ready: RegExp;
}

interface AgentOptions {
  /** One of those that the scene was opened with; the first by default. */
  readonly kind?: RealAgent;
  /** Gives it the environment of a terminal for the instance with this port. */
  readonly port?: number;
  readonly args?: readonly string[];
}

export class Scene {
  #agents = new Lifetime();

  private constructor(
    readonly home: TestHome,
    readonly vscode: VSCodeServer,
    /** The two worktrees, on branches main and feature-x, each with a file src/main.ts of five lines. */
    readonly app: string,
    readonly feature: string,
    /** A third worktree inside the first, on branch nested. */
    readonly nested: string,
    /** Of the first kind of agent. */
    readonly model: DummyModel,
    private readonly models: ReadonlyMap<RealAgent, DummyModel>,
    private readonly kind: RealAgent,
    private readonly commands: AgentCommands,
    private readonly lifetime: Lifetime,
  ) {}

  static open(kind: RealAgent, ...others: RealAgent[]): Promise<Scene> {
    return this.openWith({}, kind, ...others);
  }

  /** With these settings of the user. */
  static async openWith(
    settings: Readonly<Record<string, unknown>>,
    kind: RealAgent,
    ...others: RealAgent[]
  ): Promise<Scene> {
    const lifetime = new Lifetime();
    try {
      const commands = await agentCommands();
      const home = await TestHome.create();
      lifetime.defer(() => home.remove());
      const repository = await GitRepository.create(
        path.join(home.folder, "app"),
        { "src/main.ts": "one\ntwo\nthree\nfour\nfive\n" },
      );
      const app = repository.folder;
      const feature = await repository.addWorktree("feature-x");
      const nested = path.join(app, "worktrees", "nested");
      await repository.git("worktree", "add", "-q", "-b", "nested", nested);
      const worktrees = [app, feature, nested] as const;
      const start = async (each: RealAgent): Promise<DummyModel> => {
        const model = lifetime.own(await DummyModel.start(each.dialect));
        await each.settle(home, worktrees, model.url);
        return model;
      };
      const model = await start(kind);
      const models = new Map([[kind, model]]);
      for (const each of others) models.set(each, await start(each));
      await mkdir(binOf(home));
      for (const [each, { url }] of models)
        await putInBin(home, each, commands, url);
      // VS Code takes the PATH of its terminals from the login shell.
      await writeFile(
        path.join(home.folder, ".profile"),
        `PATH=${binOf(home)}:/usr/local/bin:/usr/bin:/bin\nexport PATH\n`,
      );
      const vscode = await VSCodeServer.start({
        home,
        env: { SHELL: "/bin/sh" },
        settings: {
          ...readableTerminals,
          "workbench.reduceMotion": "on",
          ...settings,
        },
      });
      lifetime.defer(() => vscode.stop());
      return new Scene(
        home,
        vscode,
        ...worktrees,
        model,
        models,
        kind,
        commands,
        lifetime,
      );
    } catch (error) {
      await lifetime.dispose();
      throw error;
    }
  }

  /** Starts the agent in a folder, and returns when it accepts input. */
  async agent(
    cwd: string,
    { kind = this.kind, port, args = [] }: AgentOptions = {},
  ): Promise<Terminal> {
    const { family, ready } = kind;
    const variables =
      port === undefined || family === undefined
        ? {}
        : agentVariables([family], { worktree: cwd, port });
    const terminal = this.#agents.own(
      await Terminal.open({
        tmux: this.commands.tmux,
        command: [...kind.command(this.commands), ...args],
        cwd,
        env: {
          HOME: this.home.folder,
          PATH: process.env["PATH"] ?? "",
          TMPDIR: path.join(this.home.folder, "tmp"),
          ...kind.environment(this.modelOf(kind).url),
          ...Object.fromEntries(
            Object.entries(variables).filter(
              (entry): entry is [string, string] => entry[1] !== null,
            ),
          ),
        },
        socketFolder: path.join(this.home.folder, "run"),
      }),
    );
    await terminal.shows(ready);
    return terminal;
  }

  /** Runs a program to its end, as a shell in the folder would; the agents and `berth` are on its PATH. Returns what it prints. */
  async run(
    cwd: string,
    program: string,
    ...args: readonly string[]
  ): Promise<string> {
    const directories = [
      binOf(this.home),
      path.join(this.home.berthHome, "bin"),
      process.env["PATH"] ?? "",
    ];
    const running = promisify(execFile)(program, args, {
      cwd,
      env: {
        HOME: this.home.folder,
        BERTH_HOME: this.home.berthHome,
        PATH: directories.join(path.delimiter),
        TMPDIR: path.join(this.home.folder, "tmp"),
      },
      timeout: 2 * patience,
    });
    running.child.stdin?.end();
    const { stdout } = await running;
    return stdout;
  }

  modelOf(kind: RealAgent): DummyModel {
    const model = this.models.get(kind);
    if (!model) throw new Error("The scene was opened without this agent.");
    return model;
  }

  /**
   * Gives an agent a prompt, and returns when its model has received it. An Enter right after the last letter is taken
   * for a new line, and is then pressed again.
   */
  async prompt(agent: Terminal, text: string): Promise<void> {
    const { questions } = this.model;
    await agent.type(text);
    await agent.shows(new RegExp(`^ *[❯>]\\s.*${text}`, "m"));
    await until(
      `the model to be asked: ${text}`,
      async () => {
        await agent.press("Enter");
        return until("it", () => this.model.questions > questions, 5000);
      },
      patience,
    );
  }

  /** The record of the worktree's instance, once it runs. */
  instance(worktree: string): Promise<InstanceRecord> {
    return until(
      `the instance of ${worktree}`,
      () => recordOf(this.home, worktree),
      patience,
    );
  }

  /** The record of the instance that takes an earlier one's place, as at a reload. */
  successor({ worktree, instanceId }: InstanceRecord): Promise<InstanceRecord> {
    return until(
      `the successor of ${instanceId}`,
      async () => {
        const record = await recordOf(this.home, worktree);
        return record.instanceId !== instanceId && record;
      },
      patience,
    );
  }

  /** Resolves when this many agents are connected to the worktree's instance. */
  async clients(worktree: string, count: number): Promise<void> {
    await until(
      `${count} agents at the instance of ${worktree}`,
      async () => {
        const state = await health(await recordOf(this.home, worktree));
        return state?.clients === count;
      },
      patience,
    );
  }

  /** Ends the agents of one test. */
  async endAgents(): Promise<void> {
    await this.#agents.dispose();
    this.#agents = new Lifetime();
  }

  async close(): Promise<void> {
    await this.endAgents();
    await this.lifetime.dispose();
  }
}

const binOf = ({ folder }: TestHome) => path.join(folder, "bin");

/** A command by which a shell starts the agent. */
async function putInBin(
  home: TestHome,
  kind: RealAgent,
  commands: AgentCommands,
  modelUrl: string,
): Promise<void> {
  const assignments = Object.entries(kind.environment(modelUrl)).map(
    ([name, value]) => `${name}='${value}'`,
  );
  const words = kind.command(commands).map((word) => `'${word}'`);
  await writeFile(
    path.join(binOf(home), kind.name),
    `#!/bin/sh\nexec env ${[...assignments, ...words].join(" ")} "$@"\n`,
    { mode: 0o755 },
  );
}
