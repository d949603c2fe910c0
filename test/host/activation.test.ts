import assert from "node:assert/strict";
import { lstat, readFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import type { LockFile } from "../../src/core/registry/formats";
import { berthHome, lockDirectory } from "../../src/core/registry/locations";
import { targetActions } from "../../src/editor/instances/targetActions";
import { supervisorsIn } from "../harness/supervisors";
import { until } from "../harness/until";
import { recordOf, workspaceFolder } from "./berth";

describe("Activation", () => {
  it("publishes a record and a lock file with the documented fields, readable by the user alone", async () => {
    const worktree = workspaceFolder();
    const record = await recordOf(worktree);
    const lockFile = path.join(lockDirectory(), `${record.port}.lock`);
    const lock = await until(
      "the lock file",
      async () => JSON.parse(await readFile(lockFile, "utf8")) as LockFile,
    );
    assert.equal(lock.pid, process.ppid);
    const [supervisor] = await supervisorsIn(berthHome());
    assert.notEqual(record.pid, process.pid);
    assert.equal(record.pid, supervisor?.pid);
    assert.equal(lock.idePid, supervisor?.pid);
    assert.deepEqual(lock.workspaceFolders, [worktree]);
    assert.equal(lock.worktreePath, worktree);
    assert.equal(lock.transport, "ws");
    assert.equal(lock.authToken, record.token);
    assert.equal(lock.instanceId, record.instanceId);
    assert.equal(lock.ideName, `VS Code · ${record.name}`);
    assert.deepEqual(
      record.windows.map(({ app, pid, lead }) => [app, pid, lead]),
      [[vscode.env.appName, process.ppid, true]],
    );
    const recordFile = path.join(
      berthHome(),
      "instances",
      `${record.instanceId}.json`,
    );
    const supervisorFile = path.join(berthHome(), "supervisor.json");
    for (const file of [lockFile, recordFile, supervisorFile])
      assert.equal((await lstat(file)).mode & 0o777, 0o600);
    for (const directory of [berthHome(), path.dirname(recordFile)])
      assert.equal((await lstat(directory)).mode & 0o777, 0o700);
  });

  const { contributes } = vscode.extensions.getExtension("berth.berth")
    ?.packageJSON as {
    contributes: {
      commands: { command: string; title: string; icon: string }[];
      menus: Record<string, { command: string; when: string }[]>;
    };
  };

  it("registers exactly the commands of package.json", async () => {
    const registered = (await vscode.commands.getCommands(true)).filter(
      (command) =>
        command.startsWith("berth.") &&
        // Those of VS Code for the view.
        !command.startsWith("berth.machine."),
    );
    assert.deepEqual(
      registered.sort(),
      contributes.commands.map(({ command }) => command).sort(),
    );
  });

  it("offers each action of a row under the same name in the list and in the tree, and none in the palette", () => {
    const isRow = ({ command }: { command: string }) =>
      command.startsWith("berth.row.");
    assert.deepEqual(
      contributes.commands
        .filter(isRow)
        .map(({ command, title, icon }) => ({ command, title, icon })),
      targetActions.map(({ id, title, icon }) => ({
        command: `berth.row.${id}`,
        title,
        icon: `$(${icon})`,
      })),
    );
    for (const { command } of contributes.commands.filter(isRow)) {
      const of = (menu: string) =>
        contributes.menus[menu]?.filter((each) => each.command === command);
      assert.deepEqual(of("commandPalette"), [{ command, when: "false" }]);
      assert.equal(of("view/item/context")?.length, 1);
    }
  });
});
