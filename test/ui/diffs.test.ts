// A proposed diff as a user sees it: in the status bar, in the list, while typing, and when the window reloads.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import {
  agentDoesNotHear,
  formatPendingDiffs,
} from "../../src/core/messages/diffs";
import { DiffEditor } from "../harness/diffEditor";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Agent, type ToolResult } from "../unit/support/agent";
import {
  openShown,
  recordOf,
  reconnect,
  screenshots,
  shown,
  STATUS,
} from "./instances";

const original = `export function greet(name: string): string {
  return "Hello, " + name;
}
`;
const main = `import { greet } from "./greet";

console.log(greet("world"));
`;
const proposed = `/** Says hello, politely. */
export function greet(name: string): string {
  return \`Hello, \${name}!\`;
}
`;

describe("A diff under review", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let worktree: string;
  let window: WorkbenchWindow;
  let agent: Agent;

  before(async () => {
    home = await TestHome.create();
    const repository = await GitRepository.create(
      path.join(home.folder, "app"),
      { "src/greet.ts": original, "src/main.ts": main },
    );
    worktree = repository.folder;
    vscode = await VSCodeServer.start({
      home,
      // The screenshots show the text alone.
      settings: {
        "workbench.reduceMotion": "on",
        "editor.scrollbar.vertical": "hidden",
        "editor.scrollbar.horizontal": "hidden",
      },
    });
    window = await openShown(vscode, home, worktree);
    agent = await Agent.connect(await recordOf(home, worktree));
  });
  after(async () => {
    agent.dispose();
    await vscode.stop();
    await home.remove();
  });

  /** Resolves only when a person has decided. */
  const propose = (): Promise<ToolResult> => {
    const file = path.join(worktree, "src/greet.ts");
    return agent.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: proposed,
      tab_name: "greet",
    });
  };
  const statusBar = (text: RegExp): Promise<unknown> =>
    until(`${String(text)} in the status bar`, async () =>
      text.test((await window.statusBarText(STATUS)) ?? ""),
    );

  const noProposal = (): Promise<unknown> =>
    until("no proposal in a tab", async () => {
      const tabs = await window.page.locator(".tab").allInnerTexts();
      return tabs.every((tab) => !tab.includes("←"));
    });

  it("is shown in the status bar, where a click reveals it (Screenshots)", async () => {
    const answer = propose();
    await statusBar(new RegExp(formatPendingDiffs(1)));
    await window.openFile("src/main.ts");
    await window.clickStatusBarItem(STATUS);
    await until(
      "the diff on top of the list",
      async () => (await window.focusedRow()) === "greet.ts",
    );
    await window.page.keyboard.press("Enter");
    const diff = await DiffEditor.shown(window.page, "greet.ts");
    await mkdir(screenshots, { recursive: true });
    await window.page.screenshot({ path: path.join(screenshots, "diff.png") });
    await diff.reject();
    await diff.gone();
    assert.equal((await answer).content[0]?.text, "DIFF_REJECTED");
    await statusBar(/^app@main\s+1$/);
  });

  it("can be accepted in the list", async () => {
    const answer = propose();
    await statusBar(new RegExp(formatPendingDiffs(1)));
    await window.runCommand("Berth: List Instances");
    await until("the diff in the list", async () =>
      (await window.pickerRows()).some(
        ({ description, buttons }) =>
          description.includes(formatPendingDiffs(1)) &&
          buttons.includes("Reject Diff"),
      ),
    );
    await window.pressRowButton("app@main", "Accept Diff");
    assert.deepEqual(
      (await answer).content.map(({ text }) => text),
      ["FILE_SAVED", proposed],
    );
    await window.closePicker();
    await noProposal();
  });

  it("is accepted with Ctrl+S, with what the user has typed", async () => {
    const answer = propose();
    const diff = await DiffEditor.shown(window.page, "greet.ts");
    await diff.append("mine");
    await window.page.keyboard.press("Control+S");
    assert.deepEqual(
      (await answer).content.map(({ text }) => text),
      ["FILE_SAVED", `${proposed}mine`],
    );
    await diff.gone();
  });

  it("opens behind the file that the user is typing in", async () => {
    const file = path.join(worktree, "src/main.ts");
    const before = await readFile(file, "utf8");
    await window.openFile("src/main.ts");
    const { keyboard } = window.page;
    await keyboard.press("Control+Home");
    let typed = "";
    // At the pace of a person: of keys without a pause between them the page tells only when all have come.
    const type = async (count = 1): Promise<void> => {
      typed += "w".repeat(count);
      await keyboard.type("w".repeat(count), { delay: 50 });
    };
    await type(20);
    const answer = propose();
    await until(
      "the diff in the status bar, behind what is typed",
      async () => {
        await type();
        const text = (await window.statusBarText(STATUS)) ?? "";
        return text.includes(formatPendingDiffs(1));
      },
    );
    await type(20);
    await until("all that was typed", async () => {
      assert.equal(await readFile(file, "utf8"), typed + before);
      return true;
    });
    await window.clickStatusBarItem(STATUS);
    await until(
      "the diff on top of the list",
      async () => (await window.focusedRow()) === "greet.ts",
    );
    await window.page.keyboard.press("Enter");
    const diff = await DiffEditor.shown(window.page, "greet.ts");
    await diff.reject();
    await diff.gone();
    assert.equal((await answer).content[0]?.text, "DIFF_REJECTED");
  });

  for (const autoSave of ["off", "afterDelay"])
    it(`closes while the user types in it, asking and leaving nothing (files.autoSave: ${autoSave})`, async () => {
      await vscode.setSettings({ "files.autoSave": autoSave });
      for (let round = 0; round < 3; round += 1) {
        const answer = propose();
        const diff = await DiffEditor.shown(window.page, "greet.ts");
        await diff.append("x");
        const { keyboard } = window.page;
        const typing = keyboard.type("y".repeat(30), { delay: 20 });
        const closed = agent.call("close_tab", { tab_name: "greet" });
        await typing;
        await closed;
        assert.equal((await answer).content[0]?.text, "DIFF_REJECTED");
        await noProposal();
        assert.equal(await window.dialogText(), undefined);
      }
      await vscode.setSettings({});
    });

  it("comes back after a reload of its window as the user had edited it, and accepting answers the agent's call", async () => {
    const answer = propose();
    const before = await DiffEditor.shown(window.page, "greet.ts");
    await before.append("typed\n");
    await window.reload();
    await shown(window);
    const diff = await DiffEditor.shown(window.page, "greet.ts");
    await diff.accept();
    await diff.gone();
    assert.equal((await answer).content[1]?.text, `${proposed}typed\n`);
    await noProposal();
  });

  it("keeps what the user has typed when the extension host dies just after it was saved by itself", async () => {
    await vscode.setSettings({ "files.autoSave": "onFocusChange" });
    const answer = propose();
    const before = await DiffEditor.shown(window.page, "greet.ts");
    const host = (await vscode.extensionHosts()).at(-1);
    assert.ok(host);
    await before.append("typed\n");
    await before.isDirty(true);
    await window.page.keyboard.press("Control+Shift+E");
    await before.isDirty(false);
    await vscode.killExtensionHost(host);
    await until("the next extension host", async () => {
      const next = (await vscode.extensionHosts()).at(-1);
      const { windows } = await recordOf(home, worktree);
      return next && next.pid !== host.pid && windows.length === 1;
    });
    const diff = await DiffEditor.shown(window.page, "greet.ts");
    await diff.accept();
    await diff.gone();
    assert.equal((await answer).content[1]?.text, `${proposed}typed\n`);
    await vscode.setSettings({});
    await noProposal();
  });

  it("stays when the server is killed, and says where to answer", async () => {
    const lost = assert.rejects(propose());
    const diff = await DiffEditor.shown(window.page, "greet.ts");
    const { pid } = await recordOf(home, worktree);
    process.kill(pid, "SIGKILL");
    await lost;
    agent = await until("the agent to get back in", async () =>
      reconnect(await recordOf(home, worktree)),
    );
    await diff.accept();
    const message = await until("the message", async () =>
      (await window.notifications()).find((text) =>
        text.includes("Answer in its terminal"),
      ),
    );
    assert.ok(message.endsWith(agentDoesNotHear("").slice(1)), message);
    await diff.reject();
    await diff.gone();
    await noProposal();
  });
});
