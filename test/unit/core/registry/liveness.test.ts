import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync } from "node:fs";
import type { Place } from "../../../../src/core/system/machine";
import {
  bootId,
  identifyProcess,
  INITIAL_PID_NAMESPACE,
  pidExists,
} from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";
import { Child } from "../../support/children";
import {
  deadPid,
  earlierStart,
  filesOf,
  lockOf,
  putLock,
  putRecord,
  recordOf,
  thisPlace,
} from "../../support/discoveryFiles";
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
    assert.notEqual(first, own);
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
    assert.match(identity, new RegExp(`^${bootId() ?? ""}:\\d+$`));
  });
});

describe("The process of a record", () => {
  const ground = useGround();
  const judge = async (
    change: Parameters<typeof recordOf>[0],
    place?: Place,
  ) => {
    const record = await recordOf(change);
    putRecord(ground, record);
    const [state] = await filesOf(ground, place).liveness.ofRecords([record]);
    return state;
  };
  const outside = { ...thisPlace, pidNamespace: INITIAL_PID_NAMESPACE };

  it("reports its own process as running", async () => {
    assert.equal(await judge({}), "running");
  });

  it("reports a process that has ended as gone", async () => {
    assert.equal(await judge({ pid: await deadPid() }), "gone");
  });

  it("reports a process as gone if its pid now belongs to another one", async () => {
    assert.equal(await judge({ processStart: earlierStart }), "gone");
  });

  it("reports any pid of another pid namespace as foreign", async () => {
    const pid = await deadPid();
    assert.equal(await judge({ pidNamespace: "pid:[1]" }), "foreign");
    assert.equal(await judge({ pidNamespace: "pid:[1]", pid }), "foreign");
  });

  it("reports any pid of another machine as foreign, whenever that was started", async () => {
    const pid = await deadPid();
    for (const createdAt of [1, Date.now()])
      for (const processStart of [otherBoot, earlierStart]) {
        const record = { pid, machine: "another", processStart, createdAt };
        assert.equal(await judge(record, outside), "foreign");
      }
  });

  it("reports a record of an earlier boot of this machine as gone", async () => {
    const { pidNamespace } = outside;
    const record = { processStart: otherBoot, pidNamespace };
    assert.equal(await judge(record, outside), "gone");
  });

  it("reports another boot as foreign to and from a container, which may share machine id and host name", async () => {
    const processStart = otherBoot;
    const inside = { ...thisPlace, pidNamespace: "pid:[1]" };
    for (const [pidNamespace, place] of [
      ["pid:[1]", outside],
      [INITIAL_PID_NAMESPACE, inside],
      ["pid:[1]", inside],
    ] as const)
      assert.equal(
        await judge({ processStart, pidNamespace }, place),
        "foreign",
      );
  });

  it("judges by pid and start where there is no boot id", async () => {
    const place = { ...thisPlace, boot: undefined };
    assert.equal(await judge({}, place), "running");
    assert.equal(await judge({ processStart: "another" }, place), "gone");
    assert.equal(await judge({ machine: "another" }, place), "foreign");
  });

  it("judges records of Berth 0.1, which name no machine, by their boot", async () => {
    const version1 = { machine: undefined };
    assert.equal(await judge(version1), "running");
    assert.equal(await judge({ ...version1, pid: await deadPid() }), "gone");
    const processStart = otherBoot;
    assert.equal(
      await judge({ ...version1, processStart }, outside),
      "foreign",
    );
    const place = { ...thisPlace, boot: undefined };
    assert.equal(await judge(version1, place), "foreign");
  });
});

describe("The process of a lock file", () => {
  const ground = useGround();
  const judge = async (change: Parameters<typeof lockOf>[0]) => {
    putLock(ground, 20_001, await lockOf(change));
    const { lockFiles, liveness } = filesOf(ground);
    const [state] = await liveness.ofFiles(await lockFiles.readOurs());
    return state;
  };

  it("is the serving one, not its parent", async () => {
    const dead = await deadPid();
    assert.equal(await judge({ pid: dead }), "running");
    assert.equal(await judge({ idePid: dead }), "gone");
  });

  it("is judged by its start, whatever the clock says", async () => {
    // As if the clock had been an hour behind when the lock was written, and then been set.
    const createdAt = Date.now() - process.uptime() * 1_000 - 3_600_000;
    assert.equal(await judge({ createdAt }), "running");
    assert.equal(await judge({ processStart: earlierStart }), "gone");
  });

  it("is foreign in another pid namespace or on another machine", async () => {
    const idePid = await deadPid();
    assert.equal(await judge({ idePid, pidNamespace: "pid:[1]" }), "foreign");
    assert.equal(await judge({ idePid, machine: "another" }), "foreign");
  });

  it("is judged by its record where the file says too little, as with Berth 0.1", async () => {
    const record = await recordOf();
    const { instanceId } = record;
    const lock = { instanceId, processStart: undefined, machine: undefined };
    assert.equal(await judge(lock), "foreign");
    putRecord(ground, record);
    assert.equal(await judge(lock), "running");
  });
});
