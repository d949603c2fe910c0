import assert from "node:assert/strict";
import { mock } from "node:test";
import { StartQueue } from "../../../../src/supervisor/backends/startQueue";

describe("backends that start", () => {
  const { signal } = new AbortController();
  /** One that starts until it is told that it has. */
  const slow = (queue: StartQueue, started: string[], name: string) => {
    let settle: () => void = () => undefined;
    const action = () =>
      new Promise<void>((resolve) => {
        started.push(name);
        settle = resolve;
      });
    const ended = queue.run(action, signal);
    return {
      end: () => {
        settle();
        return ended;
      },
    };
  };
  const settled = () => new Promise(setImmediate);

  it("do so two at a time", async () => {
    const started: string[] = [];
    const queue = new StartQueue(2);
    const [first] = ["a", "b", "c", "d"].map((name) =>
      slow(queue, started, name),
    );
    await settled();
    assert.deepEqual(started, ["a", "b"]);
    await first?.end();
    await settled();
    assert.deepEqual(started, ["a", "b", "c"]);
  });

  it("hold up others for ten seconds at most", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const started: string[] = [];
      const queue = new StartQueue(2);
      const all = ["a", "b", "c", "d", "e"].map((name) =>
        slow(queue, started, name),
      );
      await settled();
      mock.timers.tick(9_999);
      await settled();
      assert.deepEqual(started, ["a", "b"]);
      mock.timers.tick(1);
      await settled();
      assert.deepEqual(started, ["a", "b", "c", "d"]);
      // What has had its turn gives its place back once only.
      await all[0]?.end();
      await all[1]?.end();
      await settled();
      assert.deepEqual(started, ["a", "b", "c", "d"]);
      await all[2]?.end();
      await settled();
      assert.deepEqual(started, ["a", "b", "c", "d", "e"]);
    } finally {
      mock.timers.reset();
    }
  });
});
