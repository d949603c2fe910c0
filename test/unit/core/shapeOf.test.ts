import assert from "node:assert/strict";
import { shapeOf } from "../../../src/core/shapeOf";

describe("The shape of a value", () => {
  it("has its keys and lengths, and nothing of what it says", () => {
    assert.deepEqual(
      shapeOf({
        args: ["--token", "hunter2"],
        env: { API_KEY: "hunter2", COUNT: 3 },
        mcp: true,
        none: null,
      }),
      {
        args: ["<string>", "<string>"],
        env: { API_KEY: "<string>", COUNT: "<number>" },
        mcp: "<boolean>",
        none: null,
      },
    );
  });
});
