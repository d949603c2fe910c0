// The scene of these tests: one repository with two worktrees, a real VS Code, and real agents that share its home.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { InstanceRecord } from "../../../src/core/contracts";
import { health } from "../../../src/core/controlClient";
import { Lifetime } from "../../../src/core/lifetime";
import { GitRepository } from "../../harness/gitRepository";
import { TestHome } from "../../harness/testHome";
import { until } from "../../harness/until";
import { VSCodeServer } from "../../harness/vscodeServer";
import { readableTerminals } from "../../harness/terminalPanel";
import { recordOf } from "../../ui/instances";
import { anthropic } from "./anthropicModel";
import { agentCommands } from "./commands";
import { DummyModel } from "./dummyModel";
import { Terminal } from "./terminal";

/** Claude Code asks once for every key, and remembers its end. */
const apiKey = "sk-ant-dummy-key-of-berths-own-tests";

/** Milliseconds: VS Code and several agents at once are a lot for a small machine. */
export const patience = 60_000;

export interface ClaudeOptions {
  /** As in a terminal that the instance with this port has set up. */
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
    /** A third one inside the first, on branch nested. */
    readonly nested: string,
    readonly model: DummyModel,
    private readonly commands: Awaited<ReturnType<typeof agentCommands>>,
    private readonly lifetime: Lifetime,
  ) {}

  static async open(): Promise<Scene> {
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
      await settleClaude(home, worktrees);
      const model = lifetime.own(await DummyModel.start(anthropic));
      const claude = [...commands.claude, "--permission-mode", "default"];
      await putOnPath(home, "claude", claude, claudeVariables(model));
      const vscode = await VSCodeServer.start({
        home,
        env: { SHELL: "/bin/sh" },
        settings: { ...readableTerminals, "workbench.reduceMotion": "on" },
      });
      lifetime.defer(() => vscode.stop());
      return new Scene(home, vscode, ...worktrees, model, commands, lifetime);
    } catch (error) {
      await lifetime.dispose();
      throw error;
    }
  }

  /** Starts Claude Code in a folder, and returns when it can be typed to. */
  async claude(
    cwd: string,
    { port, args = [] }: ClaudeOptions = {},
  ): Promise<Terminal> {
    const terminal = await this.#terminal(
      [...this.commands.claude, "--permission-mode", "default", ...args],
      cwd,
      {
        ...claudeVariables(this.model),
        ...(port !== undefined && { CLAUDE_CODE_SSE_PORT: String(port) }),
      },
    );
    await terminal.shows(/^❯/m);
    return terminal;
  }

  /** The record of the worktree's instance, once it runs. */
  instance(worktree: string): Promise<InstanceRecord> {
    return until(
      `the instance of ${worktree}`,
      () => recordOf(this.home, worktree),
      patience,
    );
  }

  /** Resolves when so many agents are connected to the worktree's instance. */
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

  async #terminal(
    command: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
  ): Promise<Terminal> {
    return this.#agents.own(
      await Terminal.open({
        tmux: this.commands.tmux,
        command,
        cwd,
        env: {
          HOME: this.home.folder,
          PATH: process.env["PATH"] ?? "",
          TMPDIR: path.join(this.home.folder, "tmp"),
          ...env,
        },
        socketFolder: path.join(this.home.folder, "run"),
      }),
    );
  }
}

/** It talks to the model of the test, and to nobody else. */
function claudeVariables(model: DummyModel): Record<string, string> {
  return {
    ANTHROPIC_API_KEY: apiKey,
    ANTHROPIC_BASE_URL: model.url,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
  };
}

/** In the terminals of VS Code, which takes the PATH from the login shell. */
async function putOnPath(
  home: TestHome,
  name: string,
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const bin = path.join(home.folder, "bin");
  await mkdir(bin);
  const assignments = Object.entries(variables).map(
    ([name, value]) => `${name}='${value}'`,
  );
  const words = command.map((word) => `'${word}'`);
  await writeFile(
    path.join(bin, name),
    `#!/bin/sh\nexec env ${[...assignments, ...words].join(" ")} "$@"\n`,
    { mode: 0o755 },
  );
  await writeFile(
    path.join(home.folder, ".profile"),
    `PATH=${bin}:/usr/local/bin:/usr/bin:/bin\nexport PATH\n`,
  );
}

/** What Claude Code remembers of earlier runs, so that it asks nothing at its first one. */
async function settleClaude(
  home: TestHome,
  folders: readonly string[],
): Promise<void> {
  const project = {
    hasTrustDialogAccepted: true,
    hasCompletedProjectOnboarding: true,
    allowedTools: [],
  };
  const memory = {
    hasCompletedOnboarding: true,
    lastOnboardingVersion: "2.1.329",
    theme: "dark",
    numStartups: 5,
    autoUpdates: false,
    installMethod: "npm",
    customApiKeyResponses: { approved: [apiKey.slice(-20)], rejected: [] },
    projects: Object.fromEntries(folders.map((folder) => [folder, project])),
  };
  const file = path.join(home.folder, ".claude.json");
  await writeFile(file, JSON.stringify(memory));
}
