import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  identifyProcesses,
  type System,
  thisSystem,
} from "../../../../src/core/system/processIdentity";
import { ProcessTable } from "../../../../src/core/system/processTable";
import { deadPid } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";

const PS_DATE = "Thu Nov 26 01:12:41 2026";
const POWERSHELL_DATE = "2026-11-26T01:12:41.1234567Z";

/** A platform whose command prints these lines, and the commands that were run on it. */
function fakeSystem(platform: NodeJS.Platform, print: (pid: number) => string) {
  const commands: string[][] = [];
  const system: System = {
    ...thisSystem,
    platform,
    run: (command, args) => {
      commands.push([command, ...args]);
      const pids = args.join(" ").match(/\d+(,\d+)*/)?.[0] ?? "";
      return Promise.resolve(pids.split(",").map(Number).map(print).join(""));
    },
  };
  return { system, commands };
}

const onMac = () =>
  fakeSystem("darwin", (pid) => `${String(pid).padStart(5)} ${PS_DATE}\n`);

describe("identifyProcesses", () => {
  it("asks ps once for all of them on macOS", async () => {
    const { system, commands } = onMac();
    const found = await identifyProcesses([7, 42], system);
    assert.deepEqual(commands, [["ps", "-o", "pid=,lstart=", "-p", "7,42"]]);
    assert.deepEqual([...found.keys()], [7, 42]);
    assert.equal(found.get(42), PS_DATE);
  });

  it("asks PowerShell once for all of them on Windows", async () => {
    const { system, commands } = fakeSystem(
      "win32",
      (pid) => `${pid} ${POWERSHELL_DATE}\r\n`,
    );
    const found = await identifyProcesses([7, 42], system);
    const [[command = "", ...args] = []] = commands;
    assert.equal(commands.length, 1);
    assert.equal(command, "powershell.exe");
    assert.match(args.at(-1) ?? "", /^Get-Process -Id 7,42 /);
    assert.equal(found.get(7), POWERSHELL_DATE);
  });

  it("knows nothing where the system cannot be asked", async () => {
    const system: System = {
      ...thisSystem,
      platform: "darwin",
      run: () => Promise.reject(new Error("spawn EAGAIN")),
    };
    assert.equal((await identifyProcesses([process.pid], system)).size, 0);
  });

  it("reads what the system's real command prints, also for pids that are gone", async () => {
    // ps is on Linux too.
    const system: System =
      process.platform === "win32"
        ? thisSystem
        : { ...thisSystem, platform: "darwin" };
    const pids = [process.pid, await deadPid(), process.ppid];
    const found = await identifyProcesses(pids, system);
    assert.deepEqual(
      [...found.keys()].sort(),
      [process.pid, process.ppid].sort(),
    );
    const startedAt = Date.parse(`${found.get(process.pid) ?? ""} UTC`);
    const own = Date.now() - process.uptime() * 1000;
    assert.ok(Math.abs(startedAt - own) < 2_500, `${startedAt} ${own}`);
    assert.equal((await identifyProcesses([await deadPid()], system)).size, 0);
  });
});

describe("ProcessTable", () => {
  const ground = useGround();

  it("asks the system about a pid once while it lives", async () => {
    const { system, commands } = onMac();
    const table = new ProcessTable(system);
    const first = await table.identify([process.pid, process.ppid]);
    const again = await table.identify([process.pid, process.ppid]);
    assert.deepEqual(again, first);
    assert.equal(commands.length, 1);
  });

  it("asks only about the new ones, and not about those that are gone", async () => {
    const { system, commands } = onMac();
    const table = new ProcessTable(system);
    await table.identify([process.pid]);
    const gone = await deadPid();
    const found = await table.identify([process.pid, process.ppid, gone]);
    assert.deepEqual(commands.at(-1)?.at(-1), String(process.ppid));
    assert.ok(!found.has(gone));
  });

  it("forgets a pid that is gone", async () => {
    const { system, commands } = onMac();
    const table = new ProcessTable(system);
    const child = spawn("sleep", ["60"]);
    ground.defer(() => child.kill("SIGKILL"));
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    assert.ok((await table.identify([pid])).has(pid));
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.ok(!(await table.identify([pid])).has(pid));
    assert.equal(commands.length, 1);
  });
});
