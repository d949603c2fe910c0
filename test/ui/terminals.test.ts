// Terminals with agents in them: they have their worktree's environment, whatever other extensions set.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { noAgentFound } from "../../src/core/terminalErrors";
import {
  instanceLost,
  lossReasons,
  programEnded,
} from "../../src/core/messages/terminals";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import { literally, readableTerminals } from "../harness/terminalPanel";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Agent } from "../unit/support/agent";
import { gone, recordOf, STATUS } from "./instances";
import { AgentPrograms, type Started } from "./support/agentPrograms";
import { writeMeddler } from "./support/meddler";

describe("Terminals for agents", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let programs: AgentPrograms;
  let app: string;
  let feature: string;
  let window: WorkbenchWindow;

  before(async () => {
    home = await TestHome.create();
    const repository = await GitRepository.create(
      path.join(home.folder, "app"),
    );
    app = repository.folder;
    feature = await repository.addWorktree("feature-x");
    programs = await AgentPrograms.create(path.join(home.folder, "agents"), [
      "claude",
      "opencode",
    ]);
    await programs.putOnPath(home);
    vscode = await VSCodeServer.start({
      home,
      extensions: [process.cwd(), await writeMeddler(home)],
      env: { NO_PROXY: "elsewhere.example", SHELL: "/bin/sh" },
      settings: {
        ...readableTerminals,
        "terminal.integrated.env.linux": ownEnvironment,
        "terminal.integrated.env.osx": ownEnvironment,
      },
    });
    const workspace = path.join(home.folder, "all.code-workspace");
    await writeFile(
      workspace,
      JSON.stringify({ folders: [{ path: app }, { path: feature }] }),
    );
    window = await vscode.openWindow(workspace);
    await recordOf(home, app);
    await recordOf(home, feature);
    await until("both in the status bar", async () =>
      (await window.statusBarText(STATUS))?.includes("+1"),
    );
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  const switchTo = async (name: string): Promise<void> => {
    await window.runAndPick("Berth: Switch Instance...", name);
    await until(`${name} in the status bar`, async () =>
      (await window.statusBarText(STATUS))?.startsWith(name),
    );
  };

  const open = async (label: string): Promise<void> => {
    await window.runAndPick("Berth: Open Agent Terminal...", label);
  };

  it("have their folder's environment when opened by hand", async () => {
    await window.runAndPick("Terminal: Create New Terminal", "app-feature-x");
    const { port } = await recordOf(home, feature);
    await window.terminals.prompts();
    await window.terminals.type("claude by-hand");
    const [run] = await programs.started("claude", 1);
    assert.ok(run);
    assert.deepEqual(run.args, ["by-hand"]);
    assert.equal(run.cwd, feature);
    assert.equal(run.env["CLAUDE_CODE_SSE_PORT"], String(port));
    assert.equal(run.env["CLAUDE_WORKTREE_PATH"], feature);
    assert.equal(run.env["GEMINI_CLI_IDE_SERVER_PORT"], String(port));
    assert.equal(run.env["NO_PROXY"], "intranet.example,127.0.0.1,localhost");
  });

  it("are found by the agent that runs in them, even when opened by hand", async () => {
    const [run] = await programs.started("claude", 1);
    assert.ok(run);
    await window.runAndPick("Terminal: Create New Terminal", "app");
    await until(
      "the second terminal to be visible",
      async () => (await window.terminals.activeTab()) === 1,
    );
    const agent = await Agent.connect(await recordOf(home, feature));
    agent.notify("ide_connected", { pid: run.pid });
    await window.runCommand("Berth: List Instances");
    const rows = await until("the button of the terminal", async () => {
      const rows = await window.pickerRows();
      const hasButton = rows.some(
        ({ label, buttons }) =>
          label === "app@feature-x" && buttons.includes("Show Terminal"),
      );
      return hasButton && rows;
    });
    const other = rows.find(({ label }) => label === "app@main");
    assert.deepEqual(other?.buttons, [
      "Open Agent Terminal",
      "Restart",
      "Kill",
    ]);
    await window.pressRowButton("app@feature-x", "Show Terminal");
    await until(
      "the agent's terminal to be visible",
      async () => (await window.terminals.activeTab()) === 0,
    );
    await window.terminals.show(1);
    await until(
      "the other terminal to be visible",
      async () => (await window.terminals.activeTab()) === 1,
    );
    await window.openFile("app-feature-x/README.md");
    await window.runCommand("Berth: Send Selection");
    await until(
      "the terminal of the agent that was pointed to it",
      async () => (await window.terminals.activeTab()) === 0,
    );
    await until(
      "the agent to be told",
      () => agent.notified("at_mentioned").length === 1,
    );
    agent.dispose();
  });

  it("start the chosen agent in its worktree, in an environment that no other extension can change", async () => {
    await window.runCommand("Meddler: On");
    await until("the other extension to be done", async () =>
      (await window.notifications()).includes("Meddled"),
    );
    await switchTo("app@feature-x");
    await open("Claude Code");
    const run = (await programs.started("claude", 2)).find(isOpened);
    assert.ok(run);
    const { port, instanceId } = await recordOf(home, feature);
    assert.equal(run.cwd, feature);
    assert.deepEqual(variablesOf(run), {
      CLAUDE_CODE_SSE_PORT: String(port),
      CLAUDE_INSTANCE_ID: instanceId,
      CLAUDE_WORKTREE_PATH: feature,
      ENABLE_IDE_INTEGRATION: "true",
      MEDDLED: "yes",
      NO_PROXY: "intranet.example,127.0.0.1,localhost",
      no_proxy: "intranet.example,127.0.0.1,localhost",
    });
    await until("its name", async () =>
      (await window.terminals.tabs()).includes("Claude Code · app@feature-x"),
    );
  });

  it("offer only installed agents, and give each only its own variables", async () => {
    await window.runCommand("Berth: Open Agent Terminal...");
    await until("the agents", async () => {
      const rows = await window.pickerRows();
      return rows.map(({ label }) => label).join() === "Claude Code,OpenCode";
    });
    await window.pickRow("OpenCode");
    const [run] = await programs.started("opencode", 1);
    assert.ok(run);
    const { instanceId } = await recordOf(home, feature);
    assert.deepEqual(variablesOf(run), {
      CLAUDE_INSTANCE_ID: instanceId,
      CLAUDE_WORKTREE_PATH: feature,
      MEDDLED: "yes",
      NO_PROXY: "intranet.example,127.0.0.1,localhost",
      no_proxy: "intranet.example,127.0.0.1,localhost",
    });
  });

  it("can be opened in any number, and each says when its instance stops", async () => {
    await open("Claude Code");
    const runs = (await programs.started("claude", 3)).filter(isOpened);
    await until("three terminals of the worktree", async () => {
      const names = await window.terminals.tabs();
      return (
        names.filter((name) => name.endsWith(" · app@feature-x")).length === 3
      );
    });
    await window.runAndPick("Berth: Kill Instance...", "app@feature-x");
    await gone(home, feature);
    await window.terminals.shows(new RegExp(`^ ${literally(lost)}`));
    for (const { pid } of runs) process.kill(pid, 0);
  });

  it("leave a shell with the same environment when the agent has ended", async () => {
    const newest = (await programs.started("claude", 3))
      .filter(isOpened)
      .sort((one, other) => other.startedAt - one.startedAt)[0];
    assert.ok(newest);
    process.kill(newest.pid);
    const ended = programEnded("Claude Code", null, "SIGTERM");
    // The rest may be broken into rows in the middle of a word.
    const beginning = lost.slice(0, lost.indexOf(","));
    await window.terminals.prompts(`${ended} ${beginning}`);
    await window.terminals.type("claude again");
    const again = (await programs.started("claude", 4)).find(({ args }) =>
      args.includes("again"),
    );
    assert.deepEqual(again && variablesOf(again), variablesOf(newest));
  });

  it("start an instance that is stopped", async () => {
    await open("OpenCode");
    await recordOf(home, feature);
    const runs = await programs.started("opencode", 2);
    assert.deepEqual(
      runs.map(({ cwd }) => cwd),
      [feature, feature],
    );
  });

  it("can also be opened from the menu of the terminal panel", async () => {
    await window.terminals.openFromMenu("Agent in a Worktree (Berth)");
    await until(
      "the agents",
      async () => (await window.pickerRows()).length > 0,
    );
    // A user who chooses none must not be told that there is no profile.
    await window.closePicker();
    await window.terminals.openFromMenu("Agent in a Worktree (Berth)");
    await window.pickRow("OpenCode");
    const runs = await programs.started("opencode", 3);
    assert.ok(runs.every(({ cwd }) => cwd === feature));
    const notifications = await window.notifications();
    assert.ok(
      !notifications.some((text) => text.includes("profile")),
      notifications.join(),
    );
  });

  it("say what to install when no agent is found", async () => {
    const none = { claude: null, opencode: null };
    await vscode.setSettings({ "berth.agents": none });
    const { message } = noAgentFound(["gemini", "qwen", "codex"]);
    await until("the setting to apply", async () => {
      await window.runCommand("Berth: Open Agent Terminal...");
      if ((await window.pickerRows()).length > 0) await window.closePicker();
      return (await window.notifications()).includes(message);
    });
  });
});

const lost = instanceLost("app@feature-x", lossReasons.user);

/** The user's own setting for terminals. */
const ownEnvironment = { NO_PROXY: "intranet.example" };

const isOpened = ({ args }: Started): boolean => !args.includes("by-hand");

const variablesOf = ({ env }: Started) =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) =>
      /^(CLAUDE|GEMINI|QWEN|ENABLE_IDE|ELECTRON|MEDDLED|NO_PROXY|no_proxy)/.test(
        name,
      ),
    ),
  );
