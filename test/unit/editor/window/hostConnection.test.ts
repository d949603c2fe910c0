import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryOf } from "../../../../src/core/system/atomicFile";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { fingerprint } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";
import { define, onPort } from "../../support/serve";
import { isFree } from "../../support/sockets";
import { Window } from "../../support/window";
import { handshake, Wire } from "../../support/wire";

describe("HostConnection", function () {
  const ground = useGround();
  let window: Window;
  let a: string;
  let b: string;
  beforeEach(async () => {
    a = ground.make("a");
    b = ground.make("b");
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [a, b],
      }),
    );
  });
  /** Ends the host as a crash would, and resolves when its successor has started its instances. */
  const kill = async () => {
    const { instanceId } = await window.record(a);
    const { starts } = window;
    await window.killSupervisor();
    await until("another host is started", () => window.starts > starts);
    return until("the instance runs again", async () => {
      const record = await window.record(a);
      return record.instanceId !== instanceId && record;
    });
  };

  it("comes back on the same port and token when the supervisor dies, so that clients can reconnect", async () => {
    const before = await window.record(a);
    const agent = ground.own(await Agent.connect(before));
    const after = await kill();
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
    assert.notEqual(await agent.closed(), 1000);
    const again = ground.own(await Agent.connect(before));
    assert.ok((await again.request("ping")).result);
    assert.ok(
      window.hasLogged(
        "error",
        /^Berth's server has died \(.*\) and is started again$/,
      ),
    );
  });

  it("leaves no files of a dead supervisor behind", async () => {
    await kill();
    const { instanceId, port } = await window.record(a);
    const other = await until("the other runs too", () => window.record(b));
    await until(
      "only the new files are left",
      () =>
        String(readdirSync(`${ground.home}/instances`).sort()) ===
          String([`${instanceId}.json`, `${other.instanceId}.json`].sort()) &&
        String(readdirSync(ground.locks).sort()) ===
          String([`${port}.lock`, `${other.port}.lock`].sort()),
    );
  });

  it("remembers what the user stopped and started when the supervisor dies", async () => {
    const c = ground.make("c");
    await window.host.stop(b);
    await window.host.start(c);
    await until(
      "the window knows",
      () =>
        window.view(b)?.pin === "stopped" && window.view(c)?.pin === "started",
    );
    await kill();
    await window.running(c);
    await window.isStopped(b, "user");
    assert.equal(window.view(b)?.pin, "stopped");
  });

  it("rejects calls that are pending when the supervisor dies", async () => {
    const { host } = window;
    const file = path.join(a, "a.txt");
    writeFileSync(file, "");
    // No agent is connected, so it waits for one.
    const sending = host.send({
      id: "1",
      to: { worktree: a },
      mentions: [{ path: file, lines: null }],
    });
    const rejected = assert.rejects(
      sending,
      /^Error: Berth's server has ended: /,
    );
    // The host handles calls in their order.
    await host.list();
    await kill();
    await rejected;
  });

  it("runs in-process after three deaths in a minute, and logs it", async () => {
    define(ground, { web: onPort() });
    await until("it knows of a backend", () => window.backends.length > 0);
    const before = await window.record(a);
    await kill();
    await kill();
    assert.ok(!window.hasLogged("error", "own process"));
    const after = await kill();
    assert.ok(
      window.hasLogged("error", /again, in this window's own process from now/),
    );
    assert.equal(after.pid, process.pid);
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
    const agent = ground.own(await Agent.connect(after));
    assert.ok((await agent.request("ping")).result);
    // It has none, whatever the last supervisor had.
    assert.deepEqual(window.backends, []);
    await window.host.stop(a);
    assert.equal(await agent.closed(), 1001);
    await window.dispose();
    // What a killed one was writing is removed by a sweep a minute later.
    const isFile = (name: string) => temporaryOf(name) === undefined;
    assert.deepEqual(fingerprint(ground.locks, isFile), []);
    assert.ok(await isFree(after.port));
  });

  it("ends everything at once when it is disposed without a grace", async () => {
    await window.reconcile({ settings: { reloadGrace: 0 } });
    const first = await window.record(a);
    const records = [first, await window.record(b)];
    const agent = ground.own(await Agent.connect(first));
    await window.dispose();
    assert.equal(await agent.closed(), 1001);
    await until(
      "no record is left",
      () => readdirSync(`${ground.home}/instances`).length === 0,
    );
    assert.deepEqual(fingerprint(ground.locks), []);
    for (const { port } of records) assert.ok(await isFree(port));
    assert.equal(window.starts, 1);
    assert.ok(!window.log.some(({ level }) => level === "error"));
  });

  it("can be disposed while it is still starting", async () => {
    const early = await Window.open({
      home: ground.path("early"),
      lockDirectory: ground.locks,
      folders: [],
    });
    void early
      .reconcile({ folders: [ground.make("c")] })
      .catch(() => undefined);
    await early.dispose();
    assert.deepEqual(readdirSync(ground.locks).length, 2);
    assert.equal(early.starts, 1);
  });

  it("ends even with idle and refused connections open", async () => {
    const { port, token } = await window.record(a);
    const wires = await Promise.all(
      Array.from({ length: 6 }, () => Wire.open(port)),
    );
    wires.forEach((wire, index) => {
      ground.own(wire);
      if (index % 3 === 1) wire.send(handshake(port));
      if (index % 3 === 2)
        wire.send(
          handshake(port, { "X-Claude-Code-Ide-Authorization": token }),
        );
    });
    await until("the handshakes are answered", () =>
      wires.every(({ received }, index) => index % 3 === 0 || received !== ""),
    );
    // Without the timeout of dispose(): the port closes by itself.
    await window.host.stop(a);
    assert.ok(await isFree(port));
    await window.dispose();
    assert.deepEqual(fingerprint(ground.locks), []);
  });
});
