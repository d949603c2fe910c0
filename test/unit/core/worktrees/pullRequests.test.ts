import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { gitWasSilent } from "../../../../src/core/worktreeErrors";
import { listPullRequests } from "../../../../src/core/worktrees/pullRequests";
import { withoutPrompts } from "../../../../src/core/worktrees/withoutPrompts";
import { useGround } from "../../support/ground";
import { git, gitWith, makeRepository } from "../../support/repositories";

describe("listPullRequests", () => {
  const ground = useGround();

  it("lists those of every remote by number, and says which did not answer", async () => {
    const source = makeRepository(ground.path("source"));
    for (const ref of [
      "pull/9/head",
      "pull/10/head",
      "pull/10/merge",
      "pull/x/head",
    ])
      git(source, "update-ref", `refs/${ref}`, "HEAD");
    const gitlab = makeRepository(ground.path("gitlab"));
    git(gitlab, "update-ref", "refs/merge-requests/11/head", "HEAD");
    const app = ground.path("app");
    git(source, "clone", "--quiet", source, app);
    git(app, "remote", "add", "team/lab", gitlab);
    git(app, "remote", "add", "gone", ground.path("gone"));
    const { pullRequests, silentRemotes } = await listPullRequests(app);
    assert.deepEqual(pullRequests, [
      { remote: "team/lab", number: 11, ref: "refs/merge-requests/11/head" },
      { remote: "origin", number: 10, ref: "refs/pull/10/head" },
      { remote: "origin", number: 9, ref: "refs/pull/9/head" },
    ]);
    assert.deepEqual(
      silentRemotes.map(({ remote }) => remote),
      ["gone"],
    );
    assert.match(silentRemotes[0]?.reason ?? "", /does not appear to be a git/);
  });

  it("tells of a remote that is too slow, and throws where git does not even name the remotes", async () => {
    const app = makeRepository(ground.path("app"));
    git(app, "remote", "add", "origin", app);
    const slow = gitWith(ground, "ls-remote", "exec sleep 60");
    assert.deepEqual(
      await listPullRequests(app, { environment: slow, timeout: 1_000 }),
      {
        pullRequests: [],
        silentRemotes: [
          { remote: "origin", reason: gitWasSilent(app).message },
        ],
      },
    );
    const silent = gitWith(ground, "remote", "exec sleep 60");
    await assert.rejects(
      listPullRequests(app, { environment: silent, timeout: 300 }),
      gitWasSilent(app),
    );
  });

  it("never lets git or ssh ask a person", async () => {
    const app = makeRepository(ground.path("app"));
    git(app, "remote", "add", "origin", "ssh://host/app.git");
    const ssh = ground.path("bin", "ssh");
    ground.make("bin");
    const log = ground.path("log");
    writeFileSync(
      ssh,
      `#!/bin/sh\necho "$* $GIT_TERMINAL_PROMPT [$GIT_ASKPASS]" >>${log}\nexit 255\n`,
      { mode: 0o755 },
    );
    const PATH = `${ground.path("bin")}:${process.env["PATH"] ?? ""}`;
    const environment = { ...process.env, PATH, GIT_ASKPASS: "/bin/false" };
    const { silentRemotes } = await listPullRequests(app, { environment });
    assert.equal(silentRemotes.length, 1);
    assert.ok(existsSync(log));
    assert.match(readFileSync(log, "utf8"), /BatchMode=yes .* 0 \[\]/);
  });

  it("keeps the user's own way to run ssh", async () => {
    const app = makeRepository(ground.path("app"));
    const commandFor = async (environment: NodeJS.ProcessEnv) =>
      (await withoutPrompts(app, { environment })).environment?.[
        "GIT_SSH_COMMAND"
      ];
    const { PATH } = process.env;
    assert.equal(await commandFor({ PATH }), "ssh -o BatchMode=yes");
    assert.equal(
      await commandFor({ PATH, GIT_SSH_COMMAND: "ssh -i key" }),
      "ssh -i key -o BatchMode=yes",
    );
    assert.equal(await commandFor({ PATH, GIT_SSH: "plink" }), undefined);
    git(app, "config", "core.sshCommand", "/usr/bin/ssh -v");
    assert.equal(
      await commandFor({ PATH }),
      "/usr/bin/ssh -v -o BatchMode=yes",
    );
    git(app, "config", "core.sshCommand", "plink -x");
    assert.equal(await commandFor({ PATH }), undefined);
  });
});
