import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { until } from "../../../harness/until";
import { fingerprint, putRecord, recordOf } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";
import { Window } from "../../support/window";

describe("The host's own instances", function () {
  const ground = useGround();
  const open = async (...folders: string[]) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders,
      }),
    );
  /** Folders of one name in two places. */
  const twins = () => [ground.make("one", "app"), ground.make("two", "app")];

  it("are told apart by name when one pass starts both", async () => {
    const [one = "", two = ""] = twins();
    const window = await open();
    await window.reconcile({ folders: [one, two] });
    const recorded = [
      (await window.record(one)).name,
      (await window.record(two)).name,
    ];
    assert.equal(new Set(recorded).size, 2);
    assert.ok(recorded.includes("app"));
  });

  it("take the short name back when its holder stops", async () => {
    const [one = "", two = ""] = twins();
    const window = await open(one);
    await window.reconcile({ folders: [one, two] });
    // The older one holds the short name. A restarted one is the younger, and comes first in the pass all the same.
    await window.host.restart(one);
    assert.equal((await window.record(two)).name, "app");
    assert.notEqual((await window.record(one)).name, "app");
    await window.host.stop(two);
    await until(
      "it has the short name",
      async () => (await window.record(one)).name === "app",
    );
  });

  it("are not learned from their own files", async () => {
    const [app, other] = [ground.make("app"), ground.make("other")];
    const window = await open(app, other);
    const record = await window.record(app);
    // Of our own process, and first in the order of names: taken from the file, it would hold the short name.
    const instanceId = "00000000-0000-4000-8000-000000000000";
    putRecord(ground, { ...record, instanceId });
    // Read after it: once this one counts, the other has been seen.
    putRecord(
      ground,
      await recordOf({ pid: process.ppid, name: "other", createdAt: 1 }),
    );
    await until(
      "the other process's record counts",
      () => window.view(other)?.name !== "other",
    );
    assert.equal((await window.record(app)).name, "app");
  });

  it("rewrite no file of theirs when one more starts", async () => {
    const [one, two] = [ground.make("one"), ground.make("two")];
    const window = await open(one);
    await window.record(one);
    const before = fingerprint(ground.locks) as unknown[];
    await window.reconcile({ folders: [one, two] });
    await window.running(two);
    const after = fingerprint(ground.locks) as unknown[];
    assert.equal(after.length, 2);
    assert.deepEqual(
      after.filter((file) => isDeepStrictEqual(file, before[0])),
      before,
    );
  });
});
