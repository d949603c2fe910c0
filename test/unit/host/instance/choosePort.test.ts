import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  ageAddresses,
  fingerprint,
  putLock,
} from "../../support/discoveryFiles";
import { Agent } from "../../support/agent";
import { Child } from "../../support/children";
import { needsRoot, useGround } from "../../support/ground";
import { occupy, release } from "../../support/sockets";
import { Window, type WindowSetup } from "../../support/window";

describe("the address of a worktree", function () {
  const ground = useGround();
  const open = async (change: Partial<WindowSetup> = {}) => {
    const worktree = ground.make("plain");
    const window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [worktree],
        ...change,
      }),
    );
    const { port, token, controlToken } = await window.record(worktree);
    return { window, port, token, controlToken };
  };
  const accepts = (port: number, token: string) =>
    Agent.open({ port, token }).then(
      (agent) => {
        agent.dispose();
        return true;
      },
      (error: unknown) => {
        assert.match(String(error), /401/);
        return false;
      },
    );
  const keptPorts = () =>
    readdirSync(path.join(ground.home, "addresses")).flatMap(
      (name) => /-(\d+)\.json$/.exec(name)?.[1] ?? [],
    );
  const age = (seconds: number): void => {
    ageAddresses(ground, seconds);
  };

  it("has a fresh token after an absence, and the old one works beside it whenever its agents come", async () => {
    const { window } = await open();
    const worktree = ground.path("plain");
    // Around the 15.5 s for which an agent tries its old token.
    for (let seconds = 14; seconds <= 22; seconds += 0.5) {
      const before = await window.record();
      await window.host.stop(worktree);
      age(seconds);
      await window.host.start(worktree);
      const after = await window.record();
      assert.equal(after.port, before.port);
      assert.notEqual(after.token, before.token, `after ${seconds} s`);
      assert.ok(await accepts(after.port, after.token), `after ${seconds} s`);
      assert.ok(await accepts(after.port, before.token), `after ${seconds} s`);
    }
  });

  it("lets an agent in that has kept its token through two absences", async () => {
    const before = await open();
    await before.window.dispose();
    age(10);
    await (await open()).window.dispose();
    const after = await open();
    assert.ok(await accepts(after.port, before.token));
    await after.window.dispose();
    age(10);
    assert.ok(await accepts((await open()).port, before.token));
  });

  it("has nothing but a fresh token once no agent can come back with the old one", async () => {
    const before = await open();
    await before.window.dispose();
    age(90);
    const after = await open();
    assert.equal(after.port, before.port);
    assert.notEqual(after.token, before.token);
    assert.ok(!(await accepts(after.port, before.token)));
  });

  it("changes if the kept port is outside the range", async () => {
    const before = await open();
    await before.window.dispose();
    const portRange = { first: before.port + 1, last: before.port + 500 };
    const after = await open({ settings: { portRange } });
    assert.ok(after.port > before.port);
    await after.window.dispose();
    assert.equal((await open()).port > 0, true);
  });

  it("changes for good if another program has taken the port", async () => {
    const before = await open();
    await before.window.dispose();
    const server = await occupy(ground, before.port);
    age(60);
    const after = await open();
    assert.notEqual(after.port, before.port);
    await release(server);
    await after.window.reconcile();
    assert.equal((await after.window.record()).port, after.port);
  });

  it("changes if another program has a lock file for the port", async () => {
    const before = await open();
    await before.window.dispose();
    putLock(ground, before.port, { pid: process.pid, ideName: "Neovim" });
    const theirs = fingerprint(ground.locks);
    const after = await open();
    assert.notEqual(after.port, before.port);
    await after.window.dispose();
    assert.deepEqual(fingerprint(ground.locks), theirs);
  });

  it("is dropped, and nothing is sent to its holder, if another user has taken the port", async function () {
    needsRoot(this);
    const before = await open();
    await before.window.dispose();
    const file = ground.path("received");
    const squatter = new Child(ground, "squat", before.port, file, null);
    assert.ok(await squatter.run());
    const after = await open();
    assert.notEqual(after.port, before.port);
    assert.equal(readFileSync(file, "latin1"), "");
    assert.notEqual(after.token, before.token);
    assert.ok(!(await accepts(after.port, before.token)));
    assert.deepEqual(keptPorts(), [String(after.port)]);
  });
});
