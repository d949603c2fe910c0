import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { RecordWatcher } from "../../../../src/core/registry/recordWatcher";
import { filesOf, putRecord, recordOf } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";

describe("RecordWatcher", () => {
  const ground = useGround();
  const silent = () => undefined;

  it("sweeps what an earlier host of its process has left, even if the clock was set back since", async () => {
    const inAnHour = Date.now() + 3_600_000;
    const left = await recordOf({ createdAt: inAnHour });
    const own = await recordOf({ createdAt: 1, port: 20_002 });
    const files = [left, own].map((record) => putRecord(ground, record));
    const { pid, processStart } = own;
    const watcher = ground.own(
      await RecordWatcher.start({
        files: filesOf(ground),
        log: { debug: silent, info: silent, warn: silent, error: silent },
        self: { pid, processStart, instanceIds: new Set([own.instanceId]) },
      }),
    );
    await watcher.sweep();
    assert.deepEqual(
      files.map((file) => existsSync(file)),
      [false, true],
    );
    assert.deepEqual(watcher.others, []);
  });
});
