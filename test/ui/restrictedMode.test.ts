// A workspace that the user has not trusted: no agent is started in it, and its settings cannot name any.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { notTrusted } from "../../src/core/terminalErrors";
import { notWhileRestricted } from "../../src/core/messages/worktreeCommands";
import { workspaceAgentsLeftOut } from "../../src/core/messages/settings";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import { readableTerminals } from "../harness/terminalPanel";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { openShown, STATUS } from "./instances";
import { AgentPrograms } from "./support/agentPrograms";

describe("In Restricted Mode", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let programs: AgentPrograms;
  let app: string;
  let window: WorkbenchWindow;

  before(async () => {
    home = await TestHome.create();
    const own = {
      "berth.agents": { own: { command: "claude" } },
      "berth.naming": "worktree",
    };
    const repository = await GitRepository.create(
      path.join(home.folder, "app"),
      { ".vscode/settings.json": JSON.stringify(own) },
    );
    app = repository.folder;
    programs = await AgentPrograms.create(path.join(home.folder, "agents"), [
      "claude",
    ]);
    await programs.putOnPath(home);
    vscode = await VSCodeServer.start({
      home,
      env: { SHELL: "/bin/sh" },
      workspaceTrust: true,
      settings: {
        ...readableTerminals,
        "security.workspace.trust.startupPrompt": "never",
        "berth.agents": { claude: { name: "My Claude" } },
      },
    });
    window = await openShown(vscode, home, app);
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  it("the workspace's settings are ignored", async () => {
    assert.equal(await window.statusBarText(STATUS), "app@main");
  });

  it("no agent is started, and the user is told how to trust the workspace", async () => {
    await window.runCommand("Berth: Open Agent Terminal...");
    await until("the reason", async () =>
      (await window.notifications()).includes(notTrusted().message),
    );
    assert.deepEqual(await window.terminals.tabs(), []);
    assert.deepEqual(await readdir(path.join(home.folder, "agents")), ["bin"]);
  });

  it("no worktree is made, because that runs hooks", async () => {
    await window.runCommand("Berth: New Worktree...");
    await until("the reason", async () =>
      (await window.notifications()).includes(notWhileRestricted),
    );
  });

  it("an agent can be started once the workspace is trusted, but only one from the user's own settings", async () => {
    await window.runCommand("Workspaces: Manage Workspace Trust");
    const editor = window.page.locator(".workspace-trust-editor");
    const trust = editor.getByRole("button", { name: "Trust", exact: true });
    await until("the workspace to be trusted", async () => {
      if (await trust.isVisible()) await trust.click();
      return editor.and(window.page.locator(".trusted")).isVisible();
    });
    await until(
      "the workspace's settings to apply",
      async () => (await window.statusBarText(STATUS)) === "app",
    );
    await until("the warning that its agents do not", async () =>
      (await window.notifications()).includes(workspaceAgentsLeftOut),
    );
    await window.runCommand("Berth: Open Agent Terminal...");
    const [run] = await programs.started("claude", 1);
    assert.equal(run?.cwd, app);
    await until("its terminal", async () =>
      (await window.terminals.tabs()).includes("My Claude · app"),
    );
  });
});
