// Pointing agents to files, as a user does it: with menus, keys and the list of all instances.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { noAgent } from "../../src/core/sendErrors";
import {
  sendSecretLabel,
  sendSecretQuestion,
  waitingForAgent,
} from "../../src/core/messages/sending";
import { ContextMenu } from "../harness/contextMenu";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Agent } from "../unit/support/agent";
import { openShown, recordOf, screenshots } from "./instances";

describe("A user", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let app: string;
  let feature: string;
  let window: WorkbenchWindow;
  let agent: Agent | undefined;

  before(async () => {
    home = await TestHome.create();
    const repository = await GitRepository.create(
      path.join(home.folder, "app"),
      {
        "main.ts": [
          'import { greet } from "./greet";\n',
          'for (const name of ["Ada", "Grace"])\n',
          "  console.log(greet(name));\n",
        ].join(""),
        "docs/a.md": "# A\n",
        "b.md": "# B\n",
        ".env": "TOKEN=1\n",
      },
    );
    app = repository.folder;
    feature = await repository.addWorktree("feature-x");
    vscode = await VSCodeServer.start({
      home,
      // A screenshot in the middle of an animation would show two states at once.
      settings: {
        "workbench.reduceMotion": "on",
        // It would change the selection in the explorer a moment after an editor becomes active.
        "explorer.autoReveal": false,
      },
    });
    window = await openShown(vscode, home, app);
    await window.openFile("main.ts");
  });
  afterEach(() => {
    agent?.dispose();
    agent = undefined;
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  const connect = async (worktree = app): Promise<Agent> => {
    agent = await Agent.connect(await recordOf(home, worktree));
    return agent;
  };
  const firstLine = (): object => ({
    filePath: path.join(app, "main.ts"),
    lineStart: 0,
    lineEnd: 0,
  });
  const mentioned = (to: Agent, ...expected: object[]): Promise<boolean> =>
    until(`${JSON.stringify(expected)} at the agent`, () => {
      const all = to.notified("at_mentioned").map(({ params }) => params);
      if (all.length < expected.length) return false;
      assert.deepEqual(all, expected);
      return true;
    });
  const notified = (text: string): Promise<boolean> =>
    until(`"${text}" in a notification`, async () =>
      (await window.notifications()).some((each) => each.includes(text)),
    );

  const waiting = waitingForAgent("app@main");

  it("sends the selection with the editor's menu or with its key (Screenshots)", async () => {
    const to = await connect();
    await window.selectLines(2, 3);
    const menu = await ContextMenu.ofEditor(window.page);
    await mkdir(screenshots, { recursive: true });
    await window.page.screenshot({
      path: path.join(screenshots, "editor-menu.png"),
      clip: { x: 352, y: 36, width: 640, height: 690 },
    });
    await menu.pick("Berth: Send Selection");
    const lines = { ...firstLine(), lineStart: 1, lineEnd: 2 };
    await mentioned(to, lines);
    await window.selectLines(1, 1);
    await window.page.keyboard.press("Control+Alt+K");
    await mentioned(to, lines, firstLine());
  });

  it("sends a file from its tab, and several files and folders from the explorer", async () => {
    const to = await connect();
    const tab = await ContextMenu.ofTab(window.page, "main.ts");
    await tab.pick("Berth: Add File");
    await mentioned(to, { filePath: path.join(app, "main.ts") });
    const files = await ContextMenu.ofFiles(window.page, ["b.md", "docs"]);
    await files.pick("Berth: Add File");
    await mentioned(
      to,
      { filePath: path.join(app, "main.ts") },
      { filePath: path.join(app, "b.md") },
      { filePath: path.join(app, "docs") },
    );
  });

  it("is asked before a secret file is sent, and cancels all of it", async () => {
    const to = await connect();
    const add = async () => {
      const files = await ContextMenu.ofFiles(window.page, [".env", "b.md"]);
      await files.pick("Berth: Add File");
      await until("the question", async () =>
        (await window.dialogText())?.includes(sendSecretQuestion([".env"])),
      );
    };
    await add();
    await window.pressDialogButton("Cancel");
    await until("the end of the dialog", async () => {
      return !(await window.dialogText());
    });
    await add();
    await window.pressDialogButton(sendSecretLabel);
    // Only the second time.
    await mentioned(
      to,
      { filePath: path.join(app, ".env") },
      { filePath: path.join(app, "b.md") },
    );
  });

  it("sees what a send is waiting for until an agent connects", async () => {
    await window.openFile("main.ts");
    await window.selectLines(1, 1);
    await window.runCommand("Berth: Send Selection");
    await notified(waiting);
    const to = await connect();
    await mentioned(to, firstLine());
    await until("the end of the message", async () =>
      (await window.notifications()).every((text) => !text.includes(waiting)),
    );
  });

  it("sends nothing after cancelling, or when no agent connects in time", async () => {
    await window.openFile("main.ts");
    await window.selectLines(1, 1);
    await window.runCommand("Berth: Send Selection");
    await notified(waiting);
    await window.pressNotificationButton("Cancel");
    await until("the end of the message", async () =>
      (await window.notifications()).every((text) => !text.includes(waiting)),
    );
    await window.runCommand("Berth: Send Selection");
    await notified(noAgent("app@main", app).message);
    const to = await connect();
    await window.runCommand("Berth: Send Selection");
    await mentioned(to, firstLine());
  });

  it("sends the same file of another worktree to the agents of that worktree's window", async () => {
    const other = await openShown(vscode, home, feature);
    const to = await connect(feature);
    await window.page.bringToFront();
    await window.openFile("main.ts");
    await window.selectLines(2, 2);
    await window.runAndPick("Berth: Send Selection To...", "app@feature-x");
    await mentioned(to, {
      filePath: path.join(feature, "main.ts"),
      lineStart: 1,
      lineEnd: 1,
    });
    await other.close();
  });
});
