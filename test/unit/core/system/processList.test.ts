import assert from "node:assert/strict";
import { once } from "node:events";
import { execFileSync, spawn } from "node:child_process";
import {
  ancestors,
  listProcesses,
  withDescendants,
  withVariable,
} from "../../../../src/core/system/processList";
import type { System } from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";

describe("ancestors", () => {
  it("are the process itself and all above it, nearest first", async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const found = await ancestors(child.pid ?? 0);
    assert.deepEqual(found.slice(0, 3), [child.pid, process.pid, process.ppid]);
    child.kill();
  });

  it("are none for a process that is gone", async () => {
    const gone = execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" });
    assert.deepEqual(await ancestors(Number(gone)), []);
  });
});

describe("the processes of this machine", () => {
  const printing = (platform: NodeJS.Platform, output: string): System => ({
    platform,
    hostname: "test",
    read: () => undefined,
    run: () => Promise.resolve(output),
  });
  const parsed = [
    { pid: 1, parent: 0, group: 1 },
    { pid: 20, parent: 1, group: 20 },
  ];

  it("are listed with their parents and groups, as ps tells on macOS", async () => {
    assert.deepEqual(
      await listProcesses(
        printing("darwin", "    1     0     1\n   20     1    20\n"),
      ),
      parsed,
    );
  });

  it("are listed with their parents, as PowerShell tells on Windows", async () => {
    assert.deepEqual(
      await listProcesses(printing("win32", "1 0 1\r\n20 1 20\r\n")),
      parsed,
    );
  });

  it("are found with all that descend from them, and without end in no cycle", () => {
    const all = [
      { pid: 1, parent: 0, group: 1 },
      { pid: 2, parent: 1, group: 1 },
      { pid: 3, parent: 2, group: 3 },
      { pid: 4, parent: 1, group: 1 },
      { pid: 5, parent: 6, group: 5 },
      { pid: 6, parent: 5, group: 5 },
    ];
    assert.deepEqual([...withDescendants([2], all)].sort(), [2, 3]);
    assert.deepEqual([...withDescendants([5], all)].sort(), [5, 6]);
    assert.deepEqual([...withDescendants([9], all)], []);
  });

  const onLinux = process.platform === "linux" ? it : undefined;
  onLinux?.(
    "are found by what is in their environment, whatever has become of their parents",
    async () => {
      const value = `mark-${process.pid}`;
      const starter = spawn(
        "sh",
        ["-c", "setsid sleep 60 >/dev/null 2>&1 & echo started"],
        { env: { ...process.env, BERTH_TEST_MARK: value } },
      );
      await once(starter, "exit");
      const [pid] = await until("it is found", () => {
        const found = withVariable("BERTH_TEST_MARK", value);
        return found.length === 1 && found;
      });
      process.kill(pid ?? 0);
      assert.deepEqual(withVariable("BERTH_TEST_MARK", "mark"), []);
    },
  );

  it("are not looked for where the system does not tell", () => {
    assert.deepEqual(withVariable("PATH", "x", printing("darwin", "")), []);
  });
});
