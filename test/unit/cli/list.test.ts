import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { askInstances } from "../../../src/core/control/supervisorApi";
import { until } from "../../harness/until";
import { Agent } from "../support/agent";
import { berth, cli, shellEnvironment, start } from "../support/berth";
import { needsRoot, useGround } from "../support/ground";
import { root } from "../support/root";
import { openWindow } from "../support/window";

describe("berth list", () => {
  const ground = useGround();
  const open = (...folders: string[]) => openWindow(ground, folders);

  it("says that there is none on stderr, so that a script reads nothing", async () => {
    const { code, stdout, stderr } = await berth(ground, ["list"]);
    assert.deepEqual([code, stdout], [0, ""]);
    assert.match(stderr, /No instance is running/);
  });

  it("shows each with its state, port, agents and worktree, in columns", async () => {
    const folders = [ground.make("app"), ground.make("library")];
    const window = await open(...folders);
    const records = await Promise.all(
      folders.map((folder) => window.record(folder)),
    );
    const [record] = records;
    assert.ok(record);
    const agent = ground.own(await Agent.connect(record));
    await agent.request("ping");
    const { code, stdout } = await berth(ground, ["list"]);
    assert.equal(code, 0);
    const [heading = "", ...rows] = stdout.trimEnd().split("\n");
    assert.match(heading, /^NAME +STATE +PORT +AGENTS +WHERE$/);
    const columns = ["NAME", "STATE", "PORT", "AGENTS", "WHERE"].map((name) =>
      heading.indexOf(name),
    );
    const cells = rows.map((row) =>
      columns.map((column, index) =>
        row.slice(column, columns[index + 1]).trim(),
      ),
    );
    assert.deepEqual(
      cells.sort(([a = ""], [b = ""]) => a.localeCompare(b)),
      records.map(({ name, port, worktree }, index) => [
        name,
        "live",
        String(port),
        index === 0 ? "1" : "0",
        worktree,
      ]),
    );
  });

  it("judges none of another pid namespace by its pid, and leaves its files alone", async function () {
    needsRoot(this);
    const folder = ground.make("app");
    const window = await open(folder);
    const { port } = await window.record(folder);
    // As a container that shares this home: none of our pids is known there.
    const { stdout, stderr } = spawnSync(
      "unshare",
      [
        ...["--pid", "--fork", "--mount-proc"],
        ...[process.execPath, cli, "list", "--all", "--json"],
      ],
      { env: shellEnvironment(ground), encoding: "utf8" },
    );
    assert.equal(stderr, "");
    const { instances } = JSON.parse(stdout) as {
      instances: { port: number; liveness: string }[];
    };
    assert.deepEqual(
      instances.map((each) => [each.port, each.liveness]),
      [[port, "foreign"]],
    );
    assert.equal((await window.record(folder)).port, port);
  });

  it("asks Berth's server once for all that it serves", async () => {
    const folders = ["a", "b", "c"].map((name) => ground.make(name));
    const window = await open(...folders);
    const records = await Promise.all(
      folders.map((folder) => window.record(folder)),
    );
    const server = await until("its API listens", async () => {
      const record = await window.supervisor();
      return record.port !== undefined && { ...record, port: record.port };
    });
    const health = await askInstances(server);
    assert.deepEqual(
      [...health.values()].map((each) => each.worktree).sort(),
      folders,
    );
    for (const { instanceId, name, worktree, port } of records)
      assert.deepEqual(health.get(instanceId), {
        instanceId,
        name,
        worktree,
        pid: server.pid,
        port,
        clients: 0,
        active: health.get(instanceId)?.active,
      });
  });

  it("tells scripts everything but what is secret", async () => {
    const folder = ground.make("app");
    const window = await open(folder);
    const record = await window.record();
    const { stdout } = await berth(ground, ["list", "--json"]);
    const { instances } = JSON.parse(stdout) as {
      instances: Record<string, unknown>[];
    };
    const [instance] = instances;
    assert.equal(instances.length, 1);
    assert.equal(instance?.["instanceId"], record.instanceId);
    assert.equal(instance["liveness"], "live");
    assert.equal(instance["clients"], 0);
    for (const secret of [record.token, record.controlToken])
      assert.ok(!stdout.includes(secret));
  });

  it("shows with --all what is left of processes that are gone, and takes it away without", async () => {
    const folder = ground.make("app");
    const window = await open(folder);
    const record = await window.record();
    const file = path.join(
      ground.home,
      "instances",
      `${record.instanceId}.json`,
    );
    const content = JSON.parse(readFileSync(file, "utf8")) as object;
    await window.dispose();
    const left = {
      ...content,
      instanceId: "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
      name: "left",
      pid: 2 ** 22 - 7,
    };
    const stale = path.join(
      ground.home,
      "instances",
      "6ba7b810-9dad-41d1-80b4-00c04fd430c8.json",
    );
    writeFileSync(stale, JSON.stringify(left), { mode: 0o600 });
    const all = await berth(ground, ["list", "--all"]);
    assert.match(all.stdout, /^left +stale /m);
    const live = await berth(ground, ["list"]);
    assert.equal(live.stdout, "");
    const after = await berth(ground, ["list", "--all"]);
    assert.equal(after.stdout, "");
  });

  it("shows other editors with --all", async () => {
    mkdirSync(ground.locks, { recursive: true, mode: 0o700 });
    const lock = {
      pid: process.pid,
      workspaceFolders: ["/elsewhere"],
      ideName: "Neovim",
      transport: "ws",
      authToken: "secret",
    };
    writeFileSync(path.join(ground.locks, "4711.lock"), JSON.stringify(lock));
    const { stdout } = await berth(ground, ["list", "--all"]);
    assert.match(stdout, /^Neovim +other editor +4711 +\/elsewhere$/m);
  });

  it("follows the records with --watch", async () => {
    const folder = ground.make("app");
    const child = start(ground, ["list", "--watch", "--json"]);
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    const counts = () =>
      output
        .trim()
        .split("\n")
        .filter((line) => line !== "")
        .map(
          (line) =>
            (JSON.parse(line) as { instances: unknown[] }).instances.length,
        );
    await until("the empty list", () => counts().at(-1) === 0);
    const window = await open(folder);
    await window.record();
    await until("the instance", () => counts().at(-1) === 1);
    await window.dispose();
    await until("its end", () => counts().at(-1) === 0);
  });

  it("ends quietly when its reader has seen enough", () => {
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `"${process.execPath}" dist/cli.js list --json | true`],
      { cwd: root, env: shellEnvironment(ground), encoding: "utf8" },
    );
    assert.deepEqual([status, stderr], [0, ""]);
  });

  it("has no colours where there is no terminal, and some where there is one", async () => {
    const folder = ground.make("app");
    const window = await open(folder);
    await window.record();
    const { stdout } = await berth(ground, ["list"]);
    assert.ok(!stdout.includes("\u001b"));
    // script(1) gives it a terminal.
    const shown = (env: Record<string, string>) =>
      spawnSync(
        "script",
        [
          "-qec",
          `stty cols 60; "${process.execPath}" dist/cli.js list`,
          "/dev/null",
        ],
        {
          cwd: root,
          env: { ...shellEnvironment(ground), TERM: "xterm", ...env },
          encoding: "utf8",
        },
      ).stdout;
    assert.ok(shown({}).includes("\u001b[32mlive"));
    assert.ok(!shown({ NO_COLOR: "1" }).includes("\u001b"));
    for (const line of shown({ NO_COLOR: "1" }).split("\r\n"))
      assert.ok(line.length <= 60, line);
  });

  it("says of records that cannot be read what to do", async () => {
    const folder = ground.make("app");
    const window = await open(folder);
    await window.record();
    chmodSync(ground.home, 0o777);
    const { code, stderr } = await berth(ground, ["kill", "app", "--yes"]);
    assert.equal(code, 1);
    assert.match(stderr, /chmod 700/);
    chmodSync(ground.home, 0o700);
  });
});
