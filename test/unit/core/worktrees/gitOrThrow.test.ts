import assert from "node:assert/strict";
import { UserError } from "../../../../src/core/errors";
import {
  gitIfAny,
  gitOrThrow,
} from "../../../../src/core/worktrees/gitOrThrow";
import { gitSentence } from "../../../../src/core/worktrees/gitSentence";
import {
  gitMissing,
  gitRefused,
  gitWasSilent,
  gitWasStopped,
} from "../../../../src/core/worktreeErrors";
import { useGround } from "../../support/ground";
import { gitWith, makeRepository } from "../../support/repositories";

describe("gitOrThrow", () => {
  const ground = useGround();

  it("returns what git prints, and throws git's own sentence", async () => {
    const app = makeRepository(ground.path("app"));
    assert.equal(await gitOrThrow(app, ["ls-files"]), "a.txt\n");
    await assert.rejects(
      gitOrThrow(app, ["rev-parse", "--verify", "nothing"]),
      gitRefused(app, "Needed a single revision"),
    );
  });

  it("says so where git is not there, too slow, stopped, or fails without a word", async () => {
    const app = makeRepository(ground.path("app"));
    const nothing = { PATH: ground.make("nothing") };
    await assert.rejects(
      gitOrThrow(app, ["status"], { environment: nothing }),
      gitMissing(),
    );
    const slow = {
      environment: gitWith(ground, "status", "exec sleep 60"),
      timeout: 300,
    };
    await assert.rejects(gitOrThrow(app, ["status"], slow), gitWasSilent(app));
    const signal = AbortSignal.abort();
    await assert.rejects(
      gitOrThrow(app, ["status"], { signal }),
      gitWasStopped(app),
    );
    const mute = { environment: gitWith(ground, "log", "exit 3") };
    await assert.rejects(gitOrThrow(app, ["log"], mute), gitRefused(app, ""));
  });

  it("takes only git's own silent exit code for a no", async () => {
    const app = makeRepository(ground.path("app"));
    const question = ["config", "--get", "core.sshCommand"];
    assert.equal(await gitIfAny(app, question), undefined);
    for (const line of ["exit 2", "echo 'fatal: bad' >&2; exit 1", "kill $$"]) {
      const environment = gitWith(ground, "config", line);
      await assert.rejects(gitIfAny(app, question, { environment }), UserError);
    }
    const environment = gitWith(ground, "config", "exec sleep 60");
    await assert.rejects(
      gitIfAny(app, question, { environment, timeout: 300 }),
      gitWasSilent(app),
    );
  });
});

describe("gitSentence", () => {
  it("is the first sentence of a failure, with its line breaks and without hints and tokens", () => {
    const said: [string, string][] = [
      ["Preparing worktree\nfatal: no such\nhint: try", "no such"],
      [
        "error: The branch 'a' is not merged.\nIf so",
        "The branch 'a' is not merged.\nIf so",
      ],
      ["fatal: '/a\nb' is dirty\n\nMore", "'/a\nb' is dirty"],
      ["something else", "something else"],
      ["", ""],
      [
        "ssh: no host x\nfatal: Could not read from remote repository.\n\nPlease",
        "ssh: no host x Could not read from remote repository.",
      ],
      [
        "fatal: unable to access 'https://me:secret@host/x': no",
        "unable to access 'https://host/x': no",
      ],
    ];
    for (const [stderr, sentence] of said)
      assert.equal(gitSentence(stderr), sentence);
  });
});
