import assert from "node:assert/strict";
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs";
import path from "node:path";
import { rangeIsFull, tooManyInstances } from "../../../../src/core/errors";
import { failed } from "../../../../src/core/outcome";
import type { LockFile } from "../../../../src/core/registry/formats";
import { identifyPlace } from "../../../../src/core/system/machine";
import { identifyProcess } from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { fingerprint } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";
import { addWorktree, makeRepository } from "../../support/repositories";
import { freeRange, isFree, occupy } from "../../support/sockets";
import { Window, type WindowSetup } from "../../support/window";

describe("reconcile", function () {
  const ground = useGround();
  const open = async (folders: string[], setup: Partial<WindowSetup> = {}) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders,
        ...setup,
      }),
    );
  const plain = (...names: string[]) => names.map((name) => ground.make(name));
  const running = (window: Window) =>
    window.views
      .filter(({ state }) => state.kind === "running")
      .map(({ worktree }) => path.basename(worktree));
  const showing = (window: Window, ...names: string[]) =>
    until(
      `exactly ${names.join()} run`,
      () => String(running(window)) === String(names),
    );

  it("starts an instance with its record and lock file", async () => {
    const app = makeRepository(ground.path("app"));
    const window = await open([app]);
    const record = await window.record(app);
    const { processStart, pidNamespace, machine, ...rest } = record;
    const { instanceId, port, token, controlToken, createdAt } = rest;
    const { pid } = await window.supervisor();
    assert.equal(processStart, await identifyProcess(pid));
    assert.equal(machine, (await identifyPlace()).machine);
    assert.deepEqual(record, {
      version: 2,
      instanceId,
      name: "app@main",
      worktree: app,
      gitCommonDir: path.join(app, ".git"),
      repository: "app",
      branch: "main",
      pid,
      processStart,
      pidNamespace,
      machine,
      port,
      token,
      controlToken,
      socket: null,
      windows: [
        {
          app: "Test",
          remoteName: null,
          workspace: "file:///window",
          pid: process.ppid,
          lead: true,
        },
      ],
      diffs: 0,
      createdAt,
    });
    assert.deepEqual(readdirSync(ground.locks), [`${port}.lock`]);
    const lockFile = path.join(ground.locks, `${port}.lock`);
    assert.deepEqual(JSON.parse(readFileSync(lockFile, "utf8")), {
      pid: process.ppid,
      workspaceFolders: [app],
      ideName: "VS Code · app@main",
      transport: "ws",
      runningInWindows: false,
      authToken: token,
      instanceId,
      worktreePath: app,
      idePid: pid,
      processStart,
      pidNamespace,
      machine,
      createdAt,
    });
    assert.equal(statSync(lockFile).mode & 0o777, 0o600);
    for (const directory of [
      ground.home,
      ground.locks,
      `${ground.home}/instances`,
    ])
      assert.equal(statSync(directory).mode & 0o777, 0o700, directory);
    assert.ok(token.length >= 32);
    assert.ok(!window.log.some(({ message }) => message.includes(token)));
  });

  it("starts and stops only the difference", async () => {
    const [a = "", b = "", c = ""] = plain("a", "b", "c");
    const window = await open([a, b]);
    const [recordA, recordB] = [await window.record(a), await window.record(b)];
    const agent = ground.own(await Agent.connect(recordB));
    await window.reconcile({ folders: [b, c] });
    await showing(window, "b", "c");
    assert.deepEqual(await window.record(b), recordB);
    assert.ok((await agent.request("ping")).result);
    assert.ok(await isFree(recordA.port));
    assert.equal(readdirSync(ground.locks).length, 2);
    assert.ok(!existsSync(path.join(ground.locks, `${recordA.port}.lock`)));
    await window.reconcile({ folders: [] });
    assert.deepEqual(fingerprint(ground.locks), []);
    assert.deepEqual(fingerprint(`${ground.home}/instances`), []);
    assert.equal(await agent.closed(), 1001);
  });

  it("runs one instance for all the folders of a worktree", async () => {
    const app = makeRepository(ground.path("app"));
    const [src, docs] = plain("app/src", "app/docs");
    symlinkSync(app, ground.path("link"));
    const window = await open([src ?? "", docs ?? "", ground.path("link")]);
    assert.equal(window.views.length, 1);
    const { port } = await window.record(app);
    const lock = JSON.parse(
      readFileSync(path.join(ground.locks, `${port}.lock`), "utf8"),
    ) as LockFile;
    assert.deepEqual(lock.workspaceFolders, [app, src, docs]);
    assert.deepEqual(
      [...new Set(lock.workspaceFolders)],
      lock.workspaceFolders,
    );
  });

  it("tells nested worktrees apart, each with its own folders", async () => {
    const app = makeRepository(ground.path("app"));
    const nested = addWorktree(app, path.join(app, "wt"), "inner");
    const window = await open([app, ground.make("app/wt/src")]);
    assert.deepEqual(
      window.views.map(({ worktree, name }) => [worktree, name]),
      [
        [app, "app@main"],
        [nested, "app@inner"],
      ],
    );
    const folders = async (worktree: string) => {
      const { port } = await window.record(worktree);
      const text = readFileSync(
        path.join(ground.locks, `${port}.lock`),
        "utf8",
      );
      return (JSON.parse(text) as LockFile).workspaceFolders;
    };
    assert.deepEqual(await folders(app), [app]);
    assert.deepEqual(await folders(nested), [nested, path.join(nested, "src")]);
  });

  it("gives two worktrees of the same name distinct names", async () => {
    const [a = "", b = ""] = plain("x/app", "y/app");
    const window = await open([a, b]);
    await until("the names differ", () => {
      const names = window.views.map(({ name }) => name).sort();
      return (
        String(names) === "app,app (x/app)" ||
        String(names) === "app,app (y/app)"
      );
    });
    await until("the records say so too", async () => {
      const names = [
        (await window.record(a)).name,
        (await window.record(b)).name,
      ];
      return new Set(names).size === 2;
    });
  });

  it("runs 5 of 20 folders if the limit is 5, and the next one when one stops", async () => {
    const folders = plain(
      ...Array.from({ length: 20 }, (_, index) => `f${index}`),
    );
    const window = await open(folders, { settings: { maxInstances: 5 } });
    await showing(window, "f0", "f1", "f2", "f3", "f4");
    assert.equal(window.views.length, 20);
    await window.isStopped(folders[19] ?? "", "limit");
    assert.equal(readdirSync(ground.locks).length, 5);
    assert.deepEqual(
      await window.host.start(folders[9] ?? ""),
      failed(tooManyInstances(5)),
    );
    await window.host.stop(folders[1] ?? "");
    await showing(window, "f0", "f2", "f3", "f4", "f5");
    await window.reconcile({ settings: { maxInstances: 20 } });
    await until(
      "all but the stopped one run",
      () => running(window).length === 19,
    );
    await window.reconcile({ settings: { maxInstances: 1 } });
    await until("one is left", () => running(window).length === 1);
  });

  it("keeps running instances when a folder is put before theirs", async () => {
    const [a = "", b = ""] = plain("a", "b");
    const window = await open([b], { settings: { maxInstances: 1 } });
    const { instanceId } = await window.record(b);
    await window.reconcile({ folders: [a, b] });
    assert.equal((await window.record(b)).instanceId, instanceId);
    await until("the other is known", () => window.stateOf(a) === "stopped");
  });

  it("moves an instance when the port range changes, unless its port is still in it", async () => {
    const range = await freeRange(4);
    const [a = ""] = plain("a");
    const window = await open([a], { settings: { portRange: range } });
    const before = await window.record(a);
    assert.ok(before.port >= range.first && before.port <= range.last);
    await window.reconcile({
      settings: { portRange: { first: 10_000, last: range.last } },
    });
    assert.equal((await window.record(a)).instanceId, before.instanceId);
    const { port } = before;
    const elsewhere = {
      first: port === range.first ? port + 1 : range.first,
      last: range.last,
    };
    const portRange =
      port === range.first ? elsewhere : { ...elsewhere, last: port - 1 };
    await window.reconcile({ settings: { portRange } });
    const moved = await until("it runs elsewhere", async () => {
      const record = await window.record(a);
      return record.port !== port && record;
    });
    assert.ok(moved.port >= portRange.first && moved.port <= portRange.last);
    assert.deepEqual(readdirSync(ground.locks), [`${moved.port}.lock`]);
    assert.ok(await isFree(port));
  });

  it("says when every port is taken, and starts once one is free", async () => {
    const range = await freeRange(2);
    const first = await occupy(ground, range.first);
    await occupy(ground, range.last);
    const [a = ""] = plain("a");
    const window = await open([a], { settings: { portRange: range } });
    const state = await until("it has failed", () => {
      const { state } = window.view(a) ?? {};
      return state?.kind === "failed" && state;
    });
    assert.equal(
      state.error,
      rangeIsFull(`${range.first}-${range.last}`).message,
    );
    assert.ok(window.hasLogged("error", state.error));
    assert.deepEqual(fingerprint(`${ground.home}/instances`), []);
    const closed = new Promise((resolve) => first.close(resolve));
    await closed;
    await window.reconcile();
    assert.equal((await window.record(a)).port, range.first);
  });

  it("renames without a restart when the naming changes", async () => {
    const app = makeRepository(ground.path("folder"));
    const window = await open([app]);
    const before = await window.record(app);
    assert.equal(before.name, "folder@main");
    for (const [settings, name] of [
      [{ naming: "worktree" }, "folder"],
      [
        { naming: "custom", nameTemplate: "${branch} of ${repository}" },
        "main of folder",
      ],
    ] as const) {
      await window.reconcile({ settings });
      const after = await window.record(app);
      assert.deepEqual(after, { ...before, name });
      await until("the window shows it", () => window.view(app)?.name === name);
      const lock = readFileSync(
        path.join(ground.locks, `${before.port}.lock`),
        "utf8",
      );
      assert.equal((JSON.parse(lock) as LockFile).ideName, `VS Code · ${name}`);
    }
  });
});
