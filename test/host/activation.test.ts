import assert from "node:assert/strict";
import { lstat, readFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import type { LockFile } from "../../src/core/registry/formats";
import { berthHome, lockDirectory } from "../../src/core/registry/locations";
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

  it("registers exactly the commands of package.json", async () => {
    const extension = vscode.extensions.getExtension("berth.berth");
    const { contributes } = extension?.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const registered = (await vscode.commands.getCommands(true)).filter(
      (command) => command.startsWith("berth."),
    );
    assert.deepEqual(
      registered.sort(),
      contributes.commands.map(({ command }) => command).sort(),
    );
  });
});
