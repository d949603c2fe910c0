import assert from "node:assert/strict";
import { RestartPolicy } from "../../../../src/supervisor/backends/restartPolicy";

describe("a backend that crashes", () => {
  const policy = () => {
    let now = 0;
    const made = new RestartPolicy(() => now);
    return {
      crash: (after: number, servedFor = 0) => {
        now += after;
        return made.noteCrash(servedFor);
      },
      made,
    };
  };

  it("is started again later each time, and given up at the fifth crash within three minutes", () => {
    const { crash } = policy();
    assert.deepEqual(
      [crash(0), crash(1_000), crash(1_000), crash(1_000), crash(1_000)],
      [500, 1_000, 2_000, 4_000, undefined],
    );
  });

  it("is never given up if it crashes rarely, and waits half a minute at most", () => {
    const { crash } = policy();
    const pauses = Array.from({ length: 10 }, () => crash(60_000));
    assert.deepEqual(pauses.slice(-2), [30_000, 30_000]);
  });

  it("is as new after a minute of health", () => {
    const { crash } = policy();
    crash(0);
    crash(1_000);
    assert.equal(crash(61_000, 60_000), 500);
  });

  it("is as new when a person starts it", () => {
    const { crash, made } = policy();
    for (let count = 0; count < 5; count += 1) crash(0);
    made.forget();
    assert.equal(crash(0), 500);
  });
});
