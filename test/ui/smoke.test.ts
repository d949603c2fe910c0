// The harness itself: a worktree opens in a real window, with our extension in it.
import assert from "node:assert/strict";
import path from "node:path";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { shown } from "./instances";

describe("A window on a worktree", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let worktree: string;
  let window: WorkbenchWindow;

  before(async () => {
    home = await TestHome.create();
    const app = await GitRepository.create(path.join(home.folder, "app"), {
      "src/main.ts": "one\ntwo\nthree\n",
    });
    worktree = await app.addWorktree("feature-x");
    vscode = await VSCodeServer.start({ home });
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  afterEach(async () => {
    await window.close();
    await until(
      "its extension host to end",
      async () => (await vscode.extensionHosts()).length === 0,
    );
  });

  it("opens, with our extension installed", async () => {
    window = await vscode.openWindow(worktree);
    await window.runCommand("Extensions: Show Installed Extensions");
    await window.page
      .locator(".extension-list-item .name", {
        hasText: "Berth: a server for every worktree",
      })
      .waitFor();
    await until(
      "its extension host",
      async () => (await vscode.extensionHosts()).length === 1,
    );
  });

  it("shows what is selected in an editor", async () => {
    window = await vscode.openWindow(worktree);
    await window.openFile("src/main.ts");
    await window.selectLines(2, 3);
    await until("the selection in the status bar", async () =>
      (await window.statusBarText("status.editor.selection"))?.includes(
        "(9 selected)",
      ),
    );
  });

  it("gets another extension host after one was killed", async () => {
    window = await vscode.openWindow(worktree);
    const [killed] = await until("an extension host", async () => {
      const hosts = await vscode.extensionHosts();
      return hosts.length === 1 && hosts;
    });
    assert.ok(killed);
    await vscode.killExtensionHost(killed);
    await until("its successor", async () => {
      const [host] = await vscode.extensionHosts();
      return host && host.pid !== killed.pid;
    });
    await shown(window);
  });
});
