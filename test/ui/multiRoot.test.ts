// Several worktrees in one window: an instance each, and only the difference starts or stops.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import { tooManyInstances } from "../../src/core/errors";
import { limitReached, stopNamed } from "../../src/core/messages/limit";
import { notStartedAtLimit } from "../../src/core/messages/instances";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import { gone, readRecords, recordOf, STATUS } from "./instances";

describe("A window with several folders", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let workspace: string;
  const open = (folders: readonly string[]): Promise<void> =>
    writeFile(
      workspace,
      JSON.stringify({ folders: folders.map((folder) => ({ path: folder })) }),
    );

  /** Mocha retries a failed test: each attempt has its own folder. */
  const makeFolder = (): Promise<string> =>
    mkdtemp(path.join(home.folder, "attempt-"));

  before(async () => {
    home = await TestHome.create();
    workspace = path.join(home.folder, "all.code-workspace");
    vscode = await VSCodeServer.start({
      home,
      settings: { "berth.maxInstances": 5 },
    });
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  it("has an instance per worktree, and follows its folders and branches", async () => {
    const repository = await GitRepository.create(
      path.join(await makeFolder(), "app"),
      { "lib/one.ts": "1\n", "main.ts": "2\n" },
    );
    const app = repository.folder;
    const feature = await repository.addWorktree("feature-x");
    const inside = path.join(feature, "lib");
    await open([app, path.join(app, "lib"), inside]);
    const window = await vscode.openWindow(workspace);
    const before = await recordOf(home, app);
    await recordOf(home, feature);
    await until("both in the status bar", async () =>
      /^app@main\s+\+1$/.test((await window.statusBarText(STATUS)) ?? ""),
    );
    // A folder inside a worktree has no instance of its own.
    assert.equal((await readRecords(home)).length, 2);

    await window.runAndPick("Berth: Switch Instance...", "app@feature-x");
    await until("the other one in the status bar", async () =>
      /^app@feature-x\s/.test((await window.statusBarText(STATUS)) ?? ""),
    );
    await until("its folder in the explorer", async () =>
      (await window.explorer.selected()).some((path) =>
        path.endsWith("/app-feature-x/lib"),
      ),
    );

    await open([app]);
    await gone(home, feature);
    await repository.git("checkout", "--quiet", "-b", "renamed");
    await until("the new name", async () => {
      const record = await recordOf(home, app);
      return (
        record.name === "app@renamed" && record.instanceId === before.instanceId
      );
    });
    await until(
      "the new name in the status bar",
      async () => (await window.statusBarText(STATUS)) === "app@renamed",
    );
    await window.close();
    await gone(home, app);
  });

  it("runs no more than berth.maxInstances, and says why the others do not run", async () => {
    const parent = await makeFolder();
    const folders = Array.from({ length: 20 }, (_, index) =>
      path.join(parent, `folder-${index}`),
    );
    await Promise.all(folders.map((folder) => mkdir(folder)));
    // VS Code opens a workspace as it was last time before it reads its file again.
    workspace = path.join(home.folder, "many.code-workspace");
    await open(folders);
    const window = await vscode.openWindow(workspace);
    await until("five instances", async () => {
      const names = (await readRecords(home)).map(({ name }) => name);
      assert.equal(names.length, 5, names.join(", "));
      return true;
    });
    const [, least = ""] = await until("which is used least", async () => {
      const [text = ""] = await window.notifications();
      return (
        text.startsWith(limitReached(folders.slice(5), 5)) &&
        /(\S+) was used least recently/.exec(text)
      );
    });
    await window.pressNotificationButton(stopNamed(least));
    await until("another one in its place", async () => {
      const names = (await readRecords(home)).map(({ name }) => name);
      return (
        names.length === 5 &&
        !names.includes(least) &&
        names.includes("folder-5")
      );
    });
    await window.runCommand("Berth: Start Instance...");
    await until("the others in the list", async () =>
      (await window.pickerRows()).some(({ description }) =>
        description.includes(notStartedAtLimit),
      ),
    );
    await window.pickRow("folder-9");
    await until("the reason", async () =>
      (await window.notifications()).some((text) =>
        text.startsWith(tooManyInstances(5).message),
      ),
    );
    assert.equal((await readRecords(home)).length, 5);
    await window.close();
  });
});
