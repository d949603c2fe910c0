import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { isRunning } from "../../../src/core/control/supervisorRecord";
import { endSupervisors, supervisorsIn } from "../../harness/supervisors";
import { until } from "../../harness/until";
import { Agent } from "../support/agent";
import { Child } from "../support/children";
import { useGround } from "../support/ground";
import { supervisorFile } from "../support/root";
import { Window, type WindowSetup } from "../support/window";

describe("the supervisor", function () {
  const ground = useGround();
  const setup = (name: string, change: Partial<WindowSetup> = {}) => ({
    home: ground.home,
    lockDirectory: ground.locks,
    folders: [ground.make(name)],
    workspace: `file:///${name}`,
    ...change,
  });
  const open = async (name: string, change: Partial<WindowSetup> = {}) =>
    ground.own(await Window.open(setup(name, change)));
  const successor = (window: Window, pid: number) =>
    until("a successor hosts the window", async () => {
      const record = await window.supervisor();
      return record.pid !== pid && (await isRunning(record)) && record;
    });
  const runsIn = (window: Window, pid: number) =>
    until("the instance runs in it", async () => {
      const record = await window.record();
      return record.pid === pid && record;
    });

  it("is one process for all windows of a home, with nothing of theirs in its environment", async () => {
    const [a, b] = [await open("a"), await open("b")];
    const { pid } = await a.supervisor();
    assert.equal((await a.record()).pid, pid);
    assert.equal((await b.record()).pid, pid);
    assert.notEqual(pid, process.pid);
    assert.equal((await supervisorsIn(ground.home)).length, 1);
  });

  it("is one process however many windows start at once", async () => {
    const children = Array.from(
      { length: 20 },
      (_, index) => new Child(ground, "window", setup(`w${index}`)),
    );
    await Promise.all(children.map((child) => child.ready()));
    for (const child of children) child.go();
    const records = await Promise.all(children.map((child) => child.answer()));
    assert.equal(new Set(records.map(({ pid }) => pid)).size, 1);
    assert.equal(new Set(records.map(({ port }) => port)).size, 20);
  });

  for (const signal of ["SIGKILL", "SIGSTOP"] as const)
    it(`is replaced when it gets a ${signal}, on the same ports and tokens`, async () => {
      const [a, b] = [await open("a"), await open("b")];
      const before = [await a.record(), await b.record()];
      const { pid } = await a.supervisor();
      process.kill(pid, signal);
      const next = await successor(a, pid);
      const after = [await runsIn(a, next.pid), await runsIn(b, next.pid)];
      assert.deepEqual(
        after.map(({ port, token }) => [port, token]),
        before.map(({ port, token }) => [port, token]),
      );
      for (const { port, token } of before)
        ground.own(await Agent.connect({ port, token }));
    });

  it("restores its file and its socket when its home is removed", async () => {
    const a = await open("a");
    const { pid } = await a.supervisor();
    rmSync(ground.home, { recursive: true });
    const record = await until("its file is back", () => a.supervisor());
    assert.equal(record.pid, pid);
    assert.equal((await (await open("b")).record()).pid, pid);
  });

  it("ends on request, and the windows go on with the next one", async () => {
    const [a, b] = [await open("a"), await open("b")];
    const before = await a.record();
    void b.host.endServer();
    const next = await successor(a, before.pid);
    const after = await runsIn(a, next.pid);
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
    for (const window of [a, b])
      assert.ok(!window.log.some(({ level }) => level === "error"));
  });

  it("leaves nothing behind when everybody is told to end at once", async () => {
    const a = await open("a");
    const { pid } = await a.supervisor();
    process.kill(pid, "SIGTERM");
    await a.dispose();
    await endSupervisors(ground.home);
    assert.deepEqual(readdirSync(ground.locks), []);
    assert.deepEqual(readdirSync(`${ground.home}/instances`), []);
    assert.ok(!existsSync(path.join(ground.home, "supervisor.json")));
  });

  it("ends with its last window once the extension is uninstalled", async () => {
    const bundle = path.join(ground.make("extension"), "supervisor.js");
    copyFileSync(supervisorFile, bundle);
    const [a, b] = [await open("a", { bundle }), await open("b", { bundle })];
    const record = await a.supervisor();
    rmSync(path.dirname(bundle), { recursive: true });
    await a.dispose();
    await (await Agent.connect(await b.record())).request("ping");
    await b.dispose();
    await until("it has ended", async () => !(await isRunning(record)));
  });

  it("gives way to a newer version when its windows have gone", async () => {
    const older = await open("a", { version: "0.1.0" });
    const { pid } = await older.supervisor();
    const newer = await open("b", { version: "99.0.0" });
    assert.equal((await newer.record()).pid, pid);
    await older.dispose();
    assert.ok(await isRunning(await newer.supervisor()));
    await newer.dispose();
    await until("it has ended", async () => {
      const [record] = await supervisorsIn(ground.home);
      return !record || !(await isRunning(record));
    });
  });
});
