import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync } from "node:fs";
import { ProcessLiveness } from "../../../../src/core/registry/liveness";
import {
  bootId,
  bootTime,
  identifyProcess,
  pidExists,
  pidNamespace,
} from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";
import { Child } from "../../support/children";
import { deadPid, lockOf, recordOf } from "../../support/discoveryFiles";
import { needsRoot, useGround } from "../../support/ground";

const otherBoot = "00000000-0000-4000-8000-000000000000:5";

describe("pidExists", () => {
  const ground = useGround();

  it("tells a running process from one that has ended", async () => {
    assert.ok(pidExists(process.pid));
    assert.ok(!pidExists(await deadPid()));
  });

  it("treats a zombie as dead", async function () {
    if (process.platform !== "linux") this.skip();
    // `exec` replaces the shell with a program that never reaps what the shell has started.
    const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 60"]);
    ground.defer(() => parent.kill("SIGKILL"));
    const [pid] = (await once(parent.stdout, "data")) as [Buffer];
    await until("the child to end", () => !pidExists(Number(pid)));
    process.kill(Number(pid), 0);
  });

  it("treats a process that we may not signal as running", async function () {
    needsRoot(this);
    const child = new Child(ground, "asNobody", 65_000);
    assert.ok((await child.run()).seesInit);
  });
});

describe("identifyProcess", () => {
  const ground = useGround();

  it("returns undefined for a process that is gone", async () => {
    assert.equal(await identifyProcess(await deadPid()), undefined);
  });

  it("returns the same identity every time, and a different one for another process", async () => {
    const child = spawn("sleep", ["60"]);
    ground.defer(() => child.kill("SIGKILL"));
    await once(child, "spawn");
    const [first, again, own] = await Promise.all(
      [child.pid, child.pid, process.pid].map((pid) =>
        identifyProcess(pid ?? 0),
      ),
    );
    assert.deepEqual(first, again);
    assert.notEqual(first?.start, own?.start);
  });

  it("is not misled by the name of a program", async function () {
    if (process.platform !== "linux") this.skip();
    // The name is the second field of /proc/PID/stat; a program may choose any 15 characters.
    const program = ground.path(") R 1 1 1 (x) 0");
    copyFileSync("/bin/sleep", program);
    const child = spawn(program, ["60"]);
    ground.defer(() => child.kill("SIGKILL"));
    await once(child, "spawn");
    const identity = await until("the program runs under its name", () =>
      identifyProcess(child.pid ?? 0),
    );
    assert.match(identity.start, new RegExp(`^${bootId() ?? ""}:\\d+$`));
    const [own, its] = [
      (await identifyProcess(process.pid))?.startedAt ?? 0,
      identity.startedAt,
    ];
    assert.ok(its >= own && its <= Date.now() + 2_000, `${own} ${its}`);
  });
});

describe("The process of a record", () => {
  const judge = async (change: Parameters<typeof recordOf>[0]) =>
    new ProcessLiveness().ofRecord(await recordOf(change));

  it("reports its own process as running", async () => {
    assert.equal(await judge({}), "running");
  });

  it("reports a process that has ended as gone", async () => {
    assert.equal(await judge({ pid: await deadPid() }), "gone");
  });

  it("reports a process as gone if its pid now belongs to another one", async () => {
    const processStart = `${bootId() ?? ""}:1`;
    assert.equal(await judge({ processStart }), "gone");
  });

  it("reports any pid of another pid namespace as foreign", async () => {
    const pid = await deadPid();
    assert.equal(await judge({ pidNamespace: "pid:[1]" }), "foreign");
    assert.equal(await judge({ pidNamespace: "pid:[1]", pid }), "foreign");
  });

  it("reports a record from an earlier boot as gone", async () => {
    const createdAt = (bootTime() ?? 0) - 60_000;
    assert.equal(await judge({ processStart: otherBoot, createdAt }), "gone");
  });

  it("reports an unknown boot later than ours as foreign: another machine", async () => {
    const createdAt = (bootTime() ?? 0) + 60_000;
    const processStart = otherBoot;
    assert.equal(await judge({ processStart, createdAt }), "foreign");
    assert.equal(await judge({ processStart: "", createdAt }), "foreign");
  });
});

describe("The process of a lock file", () => {
  it("checks the extension host, not its parent", async () => {
    const dead = await deadPid();
    assert.equal(
      await new ProcessLiveness().ofLock(lockOf({ pid: dead })),
      "running",
    );
    assert.equal(
      await new ProcessLiveness().ofLock(lockOf({ idePid: dead })),
      "gone",
    );
  });

  it("reports a process as gone if its pid now belongs to a later one", async () => {
    const startedAt = (await identifyProcess(process.pid))?.startedAt ?? 0;
    const lock = lockOf({ createdAt: startedAt - 60_000 });
    assert.equal(await new ProcessLiveness().ofLock(lock), "gone");
  });

  it("reports a pid of another pid namespace as foreign", async () => {
    const idePid = await deadPid();
    const foreign = { ...lockOf({ idePid }), pidNamespace: "pid:[1]" };
    assert.equal(await new ProcessLiveness().ofLock(foreign), "foreign");
    assert.notEqual(pidNamespace(), "pid:[1]");
  });
});
