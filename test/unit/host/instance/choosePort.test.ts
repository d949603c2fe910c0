import assert from "node:assert/strict";
import { readdirSync, utimesSync } from "node:fs";
import path from "node:path";
import { until } from "../../../harness/until";
import { fingerprint, putLock } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";
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
    const { port, token } = await window.record(worktree);
    return { window, port, token };
  };
  const age = (seconds: number): void => {
    const directory = path.join(ground.home, "addresses");
    const then = Date.now() / 1000 - seconds;
    for (const name of readdirSync(directory))
      utimesSync(path.join(directory, name), then, then);
  };

  it("has a fresh token after more than 20 seconds without an instance", async () => {
    const before = await open();
    await before.window.dispose();
    age(30);
    const after = await open();
    assert.equal(after.port, before.port);
    assert.notEqual(after.token, before.token);
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

  it("is waited for if it may be released at any moment", async () => {
    const before = await open();
    await before.window.dispose();
    const server = await occupy(ground, before.port);
    const opening = open();
    let hasOpened = false;
    void opening.then(() => (hasOpened = true));
    // Until the instance has found its port taken, and has tried again.
    let tries = 0;
    server.on("connection", (socket) => {
      tries += 1;
      socket.destroy();
    });
    await until("the port was asked for twice", () => tries >= 2);
    assert.ok(!hasOpened);
    await release(server);
    const after = await opening;
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
  });
});
