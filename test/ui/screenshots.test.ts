// Takes the README's screenshots of the real extension, and checks that they show what they should.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import { Agent } from "../unit/support/agent";
import { recordOf, screenshots, STATUS } from "./instances";

describe("Screenshots", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let repository: GitRepository;
  let login: string;
  const agents: Agent[] = [];

  before(async () => {
    home = await TestHome.create();
    repository = await GitRepository.create(path.join(home.folder, "app"), {
      "src/main.ts":
        'import { greet } from "./greet";\n\nconsole.log(greet("world"));\n',
      "src/greet.ts":
        "export function greet(name: string): string {\n  return `Hello, ${name}!`;\n}\n",
      "README.md": "# App\n",
    });
    login = await repository.addWorktree("feature-login");
    await repository.addWorktree("fix-typo");
    vscode = await VSCodeServer.start({
      home,
      // A screenshot in the middle of an animation would show two states at once.
      settings: { "workbench.reduceMotion": "on" },
    });
  });
  after(async () => {
    for (const agent of agents) agent.dispose();
    await vscode.stop();
    await home.remove();
  });

  it("show the status bar, its tooltip and the list", async () => {
    await mkdir(screenshots, { recursive: true });
    await vscode.openWindow(login);
    const window = await vscode.openWindow(repository.folder);
    for (const worktree of [repository.folder, repository.folder, login])
      agents.push(await Agent.connect(await recordOf(home, worktree)));
    await window.openFile("src/main.ts");
    await until("two agents in the status bar", async () =>
      /^app@main\s+2$/.test((await window.statusBarText(STATUS)) ?? ""),
    );
    await window.page.screenshot({
      path: path.join(screenshots, "status-bar.png"),
      clip: { x: 0, y: 560, width: 640, height: 240 },
    });
    assert.match(await window.statusBarTooltip(STATUS), /2 agents/);
    await window.page.screenshot({
      path: path.join(screenshots, "tooltip.png"),
      clip: { x: 0, y: 560, width: 640, height: 240 },
    });
    await window.page.mouse.move(640, 300);
    await window.runCommand("Berth: List Instances");
    await until(
      "the whole list",
      async () => (await window.pickerRows()).length === 3,
    );
    await window.page.screenshot({
      path: path.join(screenshots, "picker.png"),
      clip: { x: 320, y: 0, width: 640, height: 240 },
    });
  });
});
