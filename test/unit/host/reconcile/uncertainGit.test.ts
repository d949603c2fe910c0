// What git could not or would not tell is not taken for "there is no repository".
import assert from "node:assert/strict";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { outsideWorktree } from "../../../../src/core/pathErrors";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { setEnvironment, useGround } from "../../support/ground";
import {
  addWorktree,
  makeRepository,
  wrapGit,
} from "../../support/repositories";
import { Window } from "../../support/window";

describe("while git does not tell,", () => {
  const ground = useGround();
  let app: string;
  let one: string;
  let two: string;
  beforeEach(() => {
    app = makeRepository(ground.path("app"));
    one = addWorktree(app, ground.path("one"), "one");
    two = addWorktree(app, ground.path("two"), "two");
  });
  const open = async (...folders: string[]) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders,
      }),
    );
  const warning = (window: Window, worktree: string) =>
    window.view(worktree)?.warning;
  /** Makes the host ask git about every folder. */
  const ask = (window: Window, ...folders: string[]) =>
    window.reconcile({ folders: [...folders, ground.make("one more")] });

  const reasons: [string, () => () => void, RegExp][] = [
    [
      "because the main repository is away",
      () => {
        renameSync(app, ground.path("away"));
        return () => {
          renameSync(ground.path("away"), app);
        };
      },
      /git says of .*: not a git repository/,
    ],
    [
      "because of a wrong line in the user's configuration",
      () => {
        const config = ground.path("gitconfig");
        writeFileSync(config, "");
        writeFileSync(config, "what?\n");
        return () => {
          writeFileSync(config, "");
        };
      },
      /git says of .*: bad config line 1/,
    ],
    [
      "because it is killed",
      () => {
        writeFileSync(ground.path("busy"), "");
        return () => {
          rmSync(ground.path("busy"));
        };
      },
      /git did not answer/,
    ],
  ];
  for (const [why, sabotage, sentence] of reasons)
    it(`${why}, worktrees stay what they were and apart, and its sentence is shown`, async () => {
      writeFileSync(ground.path("gitconfig"), "");
      setEnvironment(ground, { GIT_CONFIG_GLOBAL: ground.path("gitconfig") });
      wrapGit(
        ground,
        `if [ -e "${ground.path("busy")}" ]; then kill -9 $$; fi`,
      );
      const inner = ground.make("one", "src");
      const window = await open(inner, two);
      const before = [await window.record(one), await window.record(two)];
      const agent = ground.own(await Agent.connect(await window.record(one)));
      const repair = sabotage();
      await ask(window, inner, two);
      assert.deepEqual(
        [await window.record(one), await window.record(two)],
        before,
      );
      for (const worktree of [one, two])
        assert.match(warning(window, worktree) ?? "", sentence);
      for (const folder of [inner, two])
        assert.equal(
          window.log.filter(
            ({ level, message }) =>
              level === "warn" &&
              sentence.test(message) &&
              message.includes(folder),
          ).length,
          1,
        );
      const file = path.join(two, "a.txt");
      const answer = await agent.call("openFile", { filePath: file });
      assert.equal(answer.content[0]?.text, outsideWorktree(file, one).message);
      repair();
      await until(
        "its sentence is gone",
        () => warning(window, one) === null && warning(window, two) === null,
      );
    });

  it("a folder of a repository that opens meanwhile is kept apart, and named once git answers", async () => {
    const busy = ground.path("busy");
    writeFileSync(busy, "");
    wrapGit(ground, `if [ -e "${busy}" ]; then kill -9 $$; fi`);
    const window = await open(ground.make("one", "src"), two);
    const { instanceId } = await window.record(one);
    const agent = ground.own(await Agent.connect(await window.record(two)));
    const file = path.join(one, "a.txt");
    assert.ok((await agent.call("openFile", { filePath: file })).isError);
    rmSync(busy);
    await until(
      "its branch is known",
      async () => (await window.record(one)).name === "app@one",
    );
    assert.equal((await window.record(one)).instanceId, instanceId);
  });

  it("the list keeps the worktrees that it had", async () => {
    const busy = ground.path("busy");
    wrapGit(ground, `if [ -e "${busy}" ]; then kill -9 $$; fi`);
    const window = await open(one);
    const listed = async () =>
      (await window.host.list()).notRunning.map((each) => each.path).sort();
    assert.deepEqual(await listed(), [app, two].sort());
    writeFileSync(busy, "");
    await ask(window, one);
    assert.deepEqual(await listed(), [app, two].sort());
  });
});
