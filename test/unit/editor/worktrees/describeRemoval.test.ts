import assert from "node:assert/strict";
import { describeRemoval } from "../../../../src/editor/worktrees/describeRemoval";

const nothing = {
  uncommitted: [],
  untracked: [],
  ignored: [],
  ignoredIsCut: false,
  unpushed: [],
  stashes: [],
  operation: null,
  submodules: [],
  nested: [],
};
const idle = { unsaved: [], diffs: [], agents: [], backends: [] };

describe("describeRemoval", () => {
  it("is only the path where nothing is lost", () => {
    assert.equal(
      describeRemoval({ path: "/app", losses: nothing, ...idle }),
      "/app",
    );
  });

  it("counts everything, and names the first of it", () => {
    const files = ["a", "b", "c", "d", "e", "f"];
    const commit = { commit: "0123456789abcdef", subject: "Half done" };
    const text = describeRemoval({
      path: "/app",
      losses: {
        ...nothing,
        uncommitted: files,
        ignored: [".env"],
        ignoredIsCut: true,
        unpushed: [commit],
        operation: "rebase",
      },
      ...idle,
      agents: ["Claude Code #2"],
      backends: ["serena"],
    });
    assert.deepEqual(text.split("\n"), [
      "/app",
      "6 × changed file: a, b, c, d, e, ...",
      "1 or more × ignored file: .env, ...",
      "An unfinished rebase",
      "1 × commit that was not pushed: 0123456 Half done",
      "1 × agent that is connected: Claude Code #2",
      "1 × backend that runs: serena",
    ]);
  });
});
