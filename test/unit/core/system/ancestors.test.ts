import assert from "node:assert/strict";
import { once } from "node:events";
import { execFileSync, spawn } from "node:child_process";
import { ancestors } from "../../../../src/core/system/ancestors";

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
