import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { memoryOfTrees } from "../../../../src/core/system/processMemory";
import type { System } from "../../../../src/core/system/processIdentity";
import { deadPid } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";

const MEGABYTE = 1_024 * 1_024;

describe("The memory of a process tree", function () {
  const ground = useGround();
  /** Has a child with this many megabytes of its own, which ends with it. */
  const parent = async (megabytes: number): Promise<number> => {
    const child = `const held = Buffer.alloc(${megabytes * MEGABYTE}, 1); console.log(held.length); process.stdin.resume().on("end", () => process.exit(held.length))`;
    const started = spawn(process.execPath, [
      "-e",
      `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: ["pipe", "inherit", "inherit"] }); setInterval(() => {}, 1e6)`,
    ]);
    ground.defer(() => started.kill("SIGKILL"));
    await once(started.stdout, "data");
    return started.pid ?? 0;
  };

  it("is that of all its processes, each tree for itself", async () => {
    const [small, large] = [await parent(10), await parent(150)];
    const memory = await memoryOfTrees([small, large]);
    const [ofSmall = 0, ofLarge = 0] = [small, large].map((pid) =>
      memory.get(pid),
    );
    assert.ok(ofSmall > 10 * MEGABYTE, String(ofSmall));
    const difference = ofLarge - ofSmall;
    assert.ok(
      difference > 120 * MEGABYTE && difference < 180 * MEGABYTE,
      String(difference),
    );
  });

  it("is not known of a process that is gone", async () => {
    const gone = await deadPid();
    assert.deepEqual([...(await memoryOfTrees([gone]))], []);
  });

  const printing = (platform: NodeJS.Platform, output: string): System => ({
    platform,
    hostname: "test",
    read: () => undefined,
    run: () => Promise.resolve(output),
  });

  it("is counted from kilobytes, as ps tells on macOS", async () => {
    const output = "    1     0   900\n   20     1   100\n   21    20    50\n";
    const memory = await memoryOfTrees([20, 99], printing("darwin", output));
    assert.deepEqual([...memory], [[20, 150 * 1_024]]);
  });

  it("is counted from bytes, as PowerShell tells on Windows", async () => {
    const memory = await memoryOfTrees(
      [20],
      printing("win32", "20 1 4096\r\n21 20 4096\r\n"),
    );
    assert.deepEqual([...memory], [[20, 8_192]]);
  });

  it("is rejected where the system cannot be asked", async () => {
    const system: System = {
      ...printing("darwin", ""),
      run: () => Promise.reject(new Error("no ps")),
    };
    await assert.rejects(memoryOfTrees([20], system), /no ps/);
  });
});
