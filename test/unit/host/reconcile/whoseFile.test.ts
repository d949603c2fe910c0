// A file belongs to the deepest worktree that a live instance serves, in whichever window.
import assert from "node:assert/strict";
import path from "node:path";
import { outsideWorktree } from "../../../../src/core/pathErrors";
import { worktreeWithin } from "../../../../src/core/messages/git";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { Child } from "../../support/children";
import { useGround } from "../../support/ground";
import { addWorktree, makeRepository } from "../../support/repositories";
import { Window } from "../../support/window";

describe("a file in a worktree inside another one", () => {
  const ground = useGround();
  let app: string;
  let inner: string;
  let file: string;
  let window: Window;
  let agent: Agent;
  beforeEach(async () => {
    app = makeRepository(ground.path("app"));
    inner = addWorktree(app, path.join(app, ".claude", "worktrees", "x"), "x");
    file = path.join(inner, "a.txt");
    window = ground.own(await Window.open(setup(app)));
    agent = ground.own(await Agent.connect(await window.record(app)));
  });
  const setup = (...folders: string[]) => ({
    home: ground.home,
    lockDirectory: ground.locks,
    folders,
  });
  const isRefused = async () => {
    const answer = await agent.call("openFile", { filePath: file });
    if (!answer.isError) return false;
    assert.equal(answer.content[0]?.text, outsideWorktree(file, app).message);
    return true;
  };

  it("belongs to the outer one while the inner has no instance, and a diff says where it is", async () => {
    assert.ok(!(await isRefused()));
    void agent.request("tools/call", {
      name: "openDiff",
      arguments: {
        old_file_path: file,
        new_file_path: file,
        new_file_contents: "new",
        tab_name: "diff",
      },
    });
    const [shown] = await until("the diff is shown", () => {
      const diffs = [...window.diffs.values()];
      return diffs.length > 0 && diffs;
    });
    assert.equal(shown?.diff.instance, worktreeWithin("app@x", "app@main"));
  });

  it("belongs to the inner one from the moment that this window serves it", async () => {
    await window.host.start(inner);
    await until("the outer agent is refused", isRefused);
    await window.host.stop(inner);
    await until("it is not any more", async () => !(await isRefused()));
  });

  it("belongs to the inner one while another window serves it", async () => {
    const other = new Child(ground, "window", setup(inner));
    await other.run();
    await until("the outer agent is refused", isRefused);
    await other.kill();
    await until("it is not any more", async () => !(await isRefused()));
  });
});
