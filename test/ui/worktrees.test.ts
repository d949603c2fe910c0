// Worktrees as a user makes and removes them, and as others do.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  branchIsCheckedOut,
  mayLose,
  mayRemove,
  maySetupRun,
  setupFailed,
} from "../../src/core/messages/worktreeCommands";
import { ContextMenu } from "../harness/contextMenu";
import { GitRepository } from "../harness/gitRepository";
import { readableTerminals } from "../harness/terminalPanel";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { gone, openShown, recordOf } from "./instances";
import { AgentPrograms } from "./support/agentPrograms";

const setup = ['echo "ready with $(cat .env)"', "exit 3", "touch never"];

describe("Worktrees made and removed in the editor", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let programs: AgentPrograms;
  let repository: GitRepository;
  let window: WorkbenchWindow;

  const worktree = (name: string): string =>
    path.join(home.folder, "app.worktrees", name);

  before(async () => {
    home = await TestHome.create();
    repository = await GitRepository.create(path.join(home.folder, "app"), {
      ".gitignore": ".env\n",
      "README.md": "one\n",
    });
    const { folder } = repository;
    await writeFile(path.join(folder, ".env"), "KEY=1\n");
    await repository.git("branch", "fix-y");
    const origin = path.join(home.folder, "origin.git");
    await repository.git("clone", "--quiet", "--bare", folder, origin);
    await repository.git("remote", "add", "origin", origin);
    await repository.git("push", "-q", "origin", "main:refs/pull/7/head");
    await repository.git("fetch", "--quiet", "origin");
    programs = await AgentPrograms.create(path.join(home.folder, "agents"), [
      "claude",
    ]);
    await programs.putOnPath(home);
    const workspace = path.join(home.folder, "app.code-workspace");
    await writeFile(workspace, JSON.stringify({ folders: [{ path: "app" }] }));
    vscode = await VSCodeServer.start({
      home,
      env: { SHELL: "/bin/sh" },
      settings: {
        ...readableTerminals,
        "berth.worktreeCopy": [".env"],
        "berth.setup": setup,
      },
    });
    window = await vscode.openWindow(workspace);
    await recordOf(home, folder);
    await window.tree.open();
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  const prompt = (text: string) =>
    until(`the question "${text}"`, async () =>
      (await window.pickerPrompt()).startsWith(text),
    );
  const enter = () => window.page.keyboard.press("Enter");
  const acceptPlace = async (name: string) => {
    await prompt("Folder of the new worktree");
    assert.equal(await window.pickerValue(), worktree(name));
    await enter();
  };
  const dialog = (text: string) =>
    until(`the dialog "${text}"`, async () => {
      const shown = await window.dialogText();
      return shown?.includes(text) ? shown : false;
    });
  const notified = (text: string) =>
    until(`the message "${text}"`, async () =>
      (await window.notifications()).includes(text),
    );
  const inTree = (label: string) =>
    until(`${label} in the tree`, async () =>
      (await window.tree.rows()).find((row) => row.label === label),
    );
  const notInTree = (label: string) =>
    until(`${label} to leave the tree`, async () =>
      (await window.tree.rows()).every((row) => row.label !== label),
    );
  const remove = async (label: string) => {
    await inTree(label);
    const row = window.tree.row(label);
    const menu = await ContextMenu.ofTreeRow(window.page, row);
    await menu.pick("Remove Worktree...");
  };
  const branches = () => repository.git("branch", "--format=%(refname:short)");

  it("nothing is done where a question is left", async () => {
    await window.runAndPick("Berth: New Worktree...", "New Branch...");
    await prompt("Name of the new branch");
    await window.typeInPicker("main");
    await until("what is wrong with the name", async () =>
      (await window.pickerPrompt()).startsWith("There is a branch main"),
    );
    await window.typeInPicker("feature/x");
    await prompt("Name of the new branch");
    await enter();
    await window.pickRow("main");
    await acceptPlace("feature-x");
    await window.pickRow("Only Start an Agent There");
    assert.match(await dialog(maySetupRun(false)), /exit 3/);
    await window.pressDialogButton("Cancel");
    assert.equal(await branches(), "fix-y\nmain");
    assert.ok(!existsSync(worktree("feature-x")));
  });

  it("a new branch gets one with its files, set-up and agent, also if the set-up fails", async () => {
    await window.runAndPick("Berth: New Worktree...", "New Branch...");
    await prompt("Name of the new branch");
    await window.typeInPicker("feature/x");
    await enter();
    await window.pickRow("main");
    await acceptPlace("feature-x");
    await window.pickRow("Only Start an Agent There");
    await dialog(maySetupRun(false));
    await window.pressDialogButton("Run Commands");
    const top = worktree("feature-x");
    await recordOf(home, top);
    const [run] = await programs.started("claude", 1);
    assert.equal(run?.cwd, top);
    assert.equal(await readFile(path.join(top, ".env"), "utf8"), "KEY=1\n");
    await notified(setupFailed("feature-x", "exit 3", 3));
    await window.pressNotificationButton("Show Terminal");
    await window.terminals.shows("ready with KEY=1");
    assert.ok(!existsSync(path.join(top, "never")));
    await inTree("app@feature/x");
  });

  it("a branch that is checked out is answered with where; another becomes a folder of this window", async () => {
    const top = worktree("feature-x");
    await window.runAndPick("Berth: New Worktree...", "feature/x");
    await notified(branchIsCheckedOut("feature/x", top));
    await window.runAndPick("Berth: New Worktree...", "fix-y");
    await acceptPlace("fix-y");
    // The set-up was allowed, and is the same.
    await window.pickRow("Add to This Window");
    await recordOf(home, worktree("fix-y"));
    await until("its folder", async () => {
      const text = await readFile(
        path.join(home.folder, "app.code-workspace"),
        "utf8",
      );
      return text.includes("fix-y");
    });
  });

  it("a pull request is fetched, and its set-up asked about again", async () => {
    await window.runAndPick("Berth: New Worktree...", "Pull Request...");
    await window.pickRow("#7");
    await prompt("Name of the new branch");
    assert.equal(await window.pickerValue(), "pr-7");
    await enter();
    await acceptPlace("pr-7");
    await window.pickRow("Only Start an Agent There");
    await dialog(maySetupRun(true));
    await window.pressDialogButton("Go On Without");
    const runs = await programs.started("claude", 2);
    assert.ok(runs.some(({ cwd }) => cwd === worktree("pr-7")));
  });

  it("one with something of its own goes only after the second answer, with its instance, under a shell that stands in it", async () => {
    const top = worktree("feature-x");
    await writeFile(path.join(top, "draft.txt"), "mine");
    await remove("app@feature/x");
    const detail = await dialog(mayRemove("app@feature/x"));
    assert.match(detail, /1 × untracked file: draft\.txt/);
    assert.match(detail, /1 × ignored file: \.env/);
    await window.pressDialogButton("Continue...");
    await dialog(mayLose("app@feature/x"));
    await window.pressDialogButton("Cancel");
    assert.ok(existsSync(path.join(top, "draft.txt")));
    await recordOf(home, top);
    await remove("app@feature/x");
    await dialog(mayRemove("app@feature/x"));
    await window.pressDialogButton("Continue...");
    await dialog(mayLose("app@feature/x"));
    await window.pressDialogButton("Remove and Lose These");
    await gone(home, top);
    await window.pickRow("Delete feature/x");
    assert.ok(!existsSync(top));
    await notInTree("app@feature/x");
    await until(
      "its branch to go",
      async () => !(await branches()).includes("feature/x"),
    );
  });

  it("a folder of this window leaves the workspace, and its branch stays", async () => {
    await remove("app@fix-y");
    await dialog(mayRemove("app@fix-y"));
    await window.pressDialogButton("Continue...");
    await dialog(mayLose("app@fix-y"));
    await window.pressDialogButton("Remove and Lose These");
    await window.pickRow("Keep fix-y");
    await gone(home, worktree("fix-y"));
    await until("the workspace to forget it", async () => {
      const text = await readFile(
        path.join(home.folder, "app.code-workspace"),
        "utf8",
      );
      return !text.includes("fix-y");
    });
    assert.match(await branches(), /^fix-y$/m);
  });

  it("those that others make and remove come and go; one without changes goes after one answer", async () => {
    const top = await repository.addWorktree("outside");
    await inTree("app@outside");
    await repository.git("worktree", "remove", "--", top);
    await notInTree("app@outside");
    await repository.git("worktree", "add", "-q", "--", top, "outside");
    await remove("app@outside");
    await dialog(mayRemove("app@outside"));
    await window.pressDialogButton("Remove");
    await window.pickRow("Keep outside");
    await notInTree("app@outside");
    assert.ok(!existsSync(top));
  });

  it("one that another window has open is left to that window", async () => {
    const top = await repository.addWorktree("other");
    const other = await openShown(vscode, home, top);
    await window.page.bringToFront();
    await remove("app@other");
    await until("where it is open", async () =>
      (await window.notifications()).some((text) =>
        text.startsWith("app@other is open in the window of"),
      ),
    );
    assert.ok(existsSync(top));
    await other.close();
  });
});
