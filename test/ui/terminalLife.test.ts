// Agent terminals over time: worktrees with any name, a reload, another port, changed settings.
import assert from "node:assert/strict";
import { access, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import path from "node:path";
import {
  agentHasNoCommand,
  agentsLeftOut,
  agentVariablesAreUnknown,
} from "../../src/core/messages/settings";
import {
  instanceLost,
  instanceMoved,
  lossReasons,
  programEnded,
} from "../../src/core/messages/terminals";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import { readableTerminals } from "../harness/terminalPanel";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { gone, recordOf, STATUS } from "./instances";
import { AgentPrograms } from "./support/agentPrograms";

const branch = `wild-$(touch-pwned)-🚀-'"`;
const name = `app@${branch}`;
const folder = `we "ird" 'one' 🚀 $(touch pwned)`;

describe("An agent terminal", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let programs: AgentPrograms;
  let app: string;
  let wild: string;
  let window: WorkbenchWindow;
  let icons: string[];
  let holder: Server | undefined;

  before(async () => {
    home = await TestHome.create();
    const repository = await GitRepository.create(
      path.join(home.folder, "app"),
    );
    app = repository.folder;
    wild = await repository.addWorktree(branch, path.join(home.folder, folder));
    programs = await AgentPrograms.create(path.join(home.folder, "agents"), [
      "claude",
    ]);
    await programs.putOnPath(home);
    vscode = await VSCodeServer.start({
      home,
      env: { SHELL: "/bin/sh" },
      settings: readableTerminals,
    });
    const workspace = path.join(home.folder, "all.code-workspace");
    await writeFile(
      workspace,
      JSON.stringify({ folders: [{ path: app }, { path: wild }] }),
    );
    window = await vscode.openWindow(workspace);
    await recordOf(home, app);
    await recordOf(home, wild);
    await until("both in the status bar", async () =>
      (await window.statusBarText(STATUS))?.includes("+1"),
    );
  });
  after(async () => {
    holder?.close();
    await vscode.stop();
    await home.remove();
  });

  const tabs = (names: string[]): Promise<true> =>
    until(`terminals ${names.join(", ")}`, async () => {
      const tabs = await window.terminals.tabs();
      // An invisible character keeps VS Code from reading part of the name as an icon.
      assert.deepEqual(
        tabs.map((tab) => tab.replaceAll("\u200b", "")),
        names,
      );
      return true as const;
    });

  const openByHand = async (line: string): Promise<void> => {
    const before = (await window.terminals.tabs()).length;
    await window.runAndPick("Terminal: Create New Terminal", folder);
    await until(
      "the new terminal to be visible",
      async () => (await window.terminals.activeTab()) === before,
    );
    await window.terminals.prompts();
    await window.terminals.type(line);
  };

  const runWith = async (argument: string, count: number) => {
    const run = (await programs.started("claude", count)).find(({ args }) =>
      args.includes(argument),
    );
    assert.ok(run);
    return run;
  };

  it("is opened by a button in the list or a link in the tooltip, in a worktree with any name", async () => {
    await window.runCommand("Berth: List Instances");
    await window.pressRowButton(name, "Open Agent Terminal");
    const [run] = await programs.started("claude", 1);
    assert.ok(run);
    assert.equal(run.cwd, wild);
    assert.equal(run.env["CLAUDE_WORKTREE_PATH"], wild);
    const { port } = await recordOf(home, wild);
    assert.equal(run.env["CLAUDE_CODE_SSE_PORT"], String(port));
    await tabs([`Claude Code · ${name}`]);
    await window.terminals.saved();
    await window.followTooltipLink(STATUS, "Open Agent Terminal");
    const runs = await programs.started("claude", 2);
    assert.deepEqual(runs.map(({ cwd }) => cwd).sort(), [app, wild].sort());
    await tabs([`Claude Code · ${name}`, "Claude Code · app@main"]);
    for (const place of [home.folder, app, wild])
      await assert.rejects(access(path.join(place, "pwned")));
  });

  it("has the colour of its worktree", async () => {
    icons = await window.terminals.icons();
    const colors = icons.map(
      (icon) => /^robot (berth_worktree\d)$/.exec(icon)?.[1],
    );
    assert.equal(new Set(colors).size, 2);
    assert.ok(!colors.includes(undefined), icons.join());
  });

  it("survives a reload, with its name, icon and colour", async () => {
    const [first] = await programs.started("claude", 2);
    await window.terminals.saved();
    await window.reload();
    await recordOf(home, wild);
    // Whether the panel was open is saved later.
    await window.runCommand("Terminal: Focus on Terminal View");
    await tabs([`Claude Code · ${name}`, "Claude Code · app@main"]);
    await until("the same icons", async () => {
      assert.deepEqual(await window.terminals.icons(), icons);
      return true;
    });
    assert.ok(first);
    process.kill(first.pid, 0);
    assert.equal((await programs.started("claude", 2)).length, 2);
  });

  it("can still be shown from the list after a reload", async () => {
    // The first may be the visible one already; the others are not.
    for (const [label, tab] of [
      [name, 0],
      ["app@main", 1],
      [name, 0],
    ] as const) {
      await window.runCommand("Berth: List Instances");
      await until("the buttons of both", async () => {
        const rows = await window.pickerRows();
        return (
          rows.filter(({ buttons }) => buttons.includes("Show Terminal"))
            .length === 2
        );
      });
      await window.pressRowButton(label, "Show Terminal");
      await until(
        `the terminal of ${label}`,
        async () => (await window.terminals.activeTab()) === tab,
      );
      await until(
        "the list to go",
        async () => (await window.pickerRows()).length === 0,
      );
    }
  });

  it("says when its instance stops after a reload, and when it comes back on another port", async () => {
    const { port } = await recordOf(home, wild);
    await window.runAndPick("Berth: Kill Instance...", name);
    await gone(home, wild);
    await window.terminals.shows(instanceLost(name, lossReasons.user));
    holder = createServer();
    await until("the port", () => listenOn(holder, port));
    await window.runCommand("Berth: Start Instance...");
    const moved = await recordOf(home, wild);
    assert.notEqual(moved.port, port);
    await window.terminals.shows(instanceMoved(name, port, moved.port));
    const old = (await programs.started("claude", 2)).find(
      ({ cwd }) => cwd === wild,
    );
    assert.ok(old);
    process.kill(old.pid);
    await window.terminals.prompts(
      programEnded("Claude Code", null, "SIGTERM"),
    );
    await window.terminals.type("claude again");
    const again = await runWith("again", 3);
    assert.equal(again.env["CLAUDE_CODE_SSE_PORT"], String(moved.port));
    assert.equal(again.env["CLAUDE_INSTANCE_ID"], moved.instanceId);
  });

  it("that is opened by hand has the new port, or none once the setting for that is off", async () => {
    const { port } = await recordOf(home, wild);
    await openByHand("claude by-hand");
    const run = await runWith("by-hand", 4);
    assert.equal(run.cwd, wild);
    assert.equal(run.env["CLAUDE_CODE_SSE_PORT"], String(port));
    assert.equal(run.env["CLAUDE_WORKTREE_PATH"], wild);
    await vscode.setSettings({
      ...readableTerminals,
      "berth.terminalEnvironment": false,
    });
    let count = 4;
    await until("a terminal without it", async () => {
      count += 1;
      await openByHand(`claude off-${count}`);
      const { env } = await runWith(`off-${count}`, count);
      return (
        env["CLAUDE_CODE_SSE_PORT"] === undefined &&
        env["CLAUDE_WORKTREE_PATH"] === undefined
      );
    });
  });

  it("is opened despite invalid entries in berth.agents, which the user is told about", async () => {
    await vscode.setSettings({
      ...readableTerminals,
      "berth.agents": {
        broken: { name: "Broken" },
        odd: { command: "claude", variables: ["cloud"] },
      },
    });
    await until("the message", async () =>
      (await window.notifications()).includes(
        agentsLeftOut([
          agentHasNoCommand("broken"),
          agentVariablesAreUnknown("odd", ["claude", "gemini", "qwen"]),
        ]),
      ),
    );
    const before = (await window.terminals.tabs()).length;
    await window.runCommand("Berth: Open Agent Terminal...");
    await until(
      "the one that is left",
      async () => (await window.terminals.tabs()).length === before + 1,
    );
  });
});

const listenOn = (server: Server | undefined, port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    server?.once("error", reject).listen(port, "127.0.0.1", () => {
      resolve(true);
    });
  });
