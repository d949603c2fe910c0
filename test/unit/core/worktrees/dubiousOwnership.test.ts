import assert from "node:assert/strict";
import { chownSync } from "node:fs";
import path from "node:path";
import { gitDistrusts } from "../../../../src/core/messages/git";
import { detectWorktree } from "../../../../src/core/worktrees/worktree";
import { needsRoot, setEnvironment, useGround } from "../../support/ground";
import { makeRepository } from "../../support/repositories";

describe("a repository that belongs to another user", () => {
  const ground = useGround();

  it("is kept apart, with a warning that names the command to make git trust it", async function () {
    needsRoot(this);
    const repository = makeRepository(ground.path("app"));
    chownSync(repository, 12_345, 12_345);
    chownSync(path.join(repository, ".git"), 12_345, 12_345);
    // So that no safe.directory of the developer's own applies.
    const home = ground.make("empty home");
    setEnvironment(ground, { HOME: home, XDG_CONFIG_HOME: home });
    assert.deepEqual(await detectWorktree(repository), {
      kind: "unknown",
      guess: {
        path: repository,
        git: null,
        isPlain: false,
        bareRepository: null,
        warning: gitDistrusts(repository),
      },
    });
  });
});
