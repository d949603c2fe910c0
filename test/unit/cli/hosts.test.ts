// `--host` through a real sshd on this machine: the home directory of a second user is the second machine.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { hasSshd, startSshd } from "../../harness/sshd";
import { berth, cli, ConnectedAgent } from "../support/berth";
import { useGround } from "../support/ground";
import { openWindow, type Window } from "../support/window";

describe("--host", function () {
  const ground = useGround("suite");
  /** Home directory of the other machine. */
  let other: string;
  let env: Record<string, string>;
  let window: Window;
  let folder: string;

  before(async function () {
    if (!hasSshd) {
      this.currentTest?.parent?.tests.forEach((test) => {
        test.title += " (skipped: there is no sshd)";
      });
      this.skip();
    }
    other = ground.make("other");
    const directory = ground.make("sshd");
    const sshd = await startSshd({ directory, home: other, cli });
    ground.defer(() => {
      sshd.stop();
    });
    env = { PATH: `${sshd.bin}:${process.env["PATH"] ?? ""}` };
    folder = ground.make("other", "project");
    mkdirSync(path.join(other, ".local", "state"), { recursive: true });
    window = await openWindow(ground, [folder], {
      home: path.join(other, ".local", "state", "berth"),
      lockDirectory: path.join(other, ".claude", "ide"),
      workspace: `file://${folder}`,
    });
    await window.record();
  });

  it("merges the lists of several machines, with a line for one that is away", async () => {
    const { code, stdout } = await berth(
      ground,
      ["list", "--host", "build", "--host", "away"],
      { env },
    );
    assert.equal(code, 0);
    assert.match(stdout, /^HOST +NAME/);
    assert.match(stdout, /^build +project +live +\d+ +0 +\S+project$/m);
    assert.match(stdout, /^away +away .*refused/m);
    const json = await berth(ground, ["list", "--json", "--host", "build"], {
      env,
    });
    const { instances } = JSON.parse(json.stdout) as {
      instances: { host: string; worktree: string }[];
    };
    assert.deepEqual(
      instances.map(({ host, worktree }) => [host, worktree]),
      [["build", folder]],
    );
  });

  it("waits no longer than five seconds for a machine that does not answer", async () => {
    const started = performance.now();
    const { code, stdout } = await berth(ground, ["list", "--host", "silent"], {
      env,
    });
    assert.equal(code, 0);
    assert.match(stdout, /^silent +away .*no answer in 5 s/m);
    assert.ok(performance.now() - started < 9_000);
  });

  it("connects an MCP client to an instance there", async () => {
    const agent = await ConnectedAgent.start(
      ground,
      ["connect", "project", "--host", "build"],
      { env },
    );
    const { rootPath } = await agent.callForJson("getWorkspaceFolders");
    assert.equal(rootPath, folder);
    await agent.close();
  });

  it("passes words on as they are", async () => {
    const awkward = `it's "$(touch ${path.join(other, "pwned")})" ; x`;
    const { code, stderr } = await berth(
      ground,
      ["env", awkward, "--host=build"],
      { env },
    );
    assert.equal(code, 1);
    assert.ok(stderr.includes(JSON.stringify(awkward)), stderr);
    assert.ok(!existsSync(path.join(other, "pwned")));
    for (const host of ["-oProxyCommand=touch x", "a b", ""]) {
      const refused = await berth(ground, ["list", "--host", host], { env });
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /no host|argument/);
    }
  });

  it("opens the Remote - SSH window", async () => {
    const called = ground.path("called");
    const bin = ground.make("code");
    writeFileSync(
      path.join(bin, "code"),
      `#!/bin/sh\nprintf '%s\\n' "$@" > "${called}"\n`,
      { mode: 0o755 },
    );
    const { code, stderr } = await berth(
      ground,
      ["switch", "project", "--host", "build"],
      {
        env: { PATH: `${bin}:${env["PATH"] ?? ""}` },
      },
    );
    assert.equal(code, 0, stderr);
    assert.equal(
      readFileSync(called, "utf8"),
      `--folder-uri\nvscode-remote://ssh-remote+build${folder}\n`,
    );
  });
});
