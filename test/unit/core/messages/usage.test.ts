import assert from "node:assert/strict";
import {
  formatMemory,
  formatServer,
  formatUsage,
} from "../../../../src/core/messages/usage";

const MEGABYTE = 1_024 * 1_024;

describe("Memory and time in words", () => {
  it("have two digits that say something, in a unit that fits", () => {
    for (const [megabytes, text] of [
      [0, "0.1 MB"],
      [0.44, "0.44 MB"],
      [4.26, "4.3 MB"],
      [31.4, "31 MB"],
      [123.4, "120 MB"],
      [994, "990 MB"],
      [999, "0.98 GB"],
      [1_500, "1.5 GB"],
      [20_480, "20 GB"],
    ] as const)
      assert.equal(formatMemory(megabytes * MEGABYTE), text);
  });

  it("leave out what nobody knows", () => {
    assert.equal(formatUsage(null), "");
    assert.equal(formatUsage(0), "");
    assert.equal(formatUsage(null, 31 * MEGABYTE), "31 MB");
    assert.match(
      formatUsage(Date.now(), 31 * MEGABYTE),
      /^since .*\d\d.*, 31 MB$/,
    );
  });

  it("name for how many instances a server is", () => {
    assert.equal(formatServer(31 * MEGABYTE, 1), "server 31 MB for 1 instance");
    assert.equal(
      formatServer(31 * MEGABYTE, 12),
      "server 31 MB for 12 instances",
    );
  });
});
