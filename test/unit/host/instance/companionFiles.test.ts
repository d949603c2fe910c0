// How Gemini CLI and Qwen Code find an instance.
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { notReplaced } from "../../../../src/core/pathErrors";
import { notFoundBy } from "../../../../src/core/messages/instances";
import type { InstanceRecord } from "../../../../src/core/registry/formats";
import { until } from "../../../harness/until";
import { Child } from "../../support/children";
import { fingerprint } from "../../support/discoveryFiles";
import { needsRoot, useGround } from "../../support/ground";
import { McpAgent } from "../../support/mcpAgent";
import { makeRepository } from "../../support/repositories";
import { Window } from "../../support/window";

describe("a companion file", function () {
  const ground = useGround();
  let gemini: string;
  let qwen: string;
  let folder: string;
  beforeEach(() => {
    gemini = ground.path("home-tmp", "gemini", "ide");
    qwen = ground.path("home-user", ".qwen", "ide");
    folder = ground.make("plain");
  });
  const setup = () => ({
    home: ground.home,
    lockDirectory: ground.locks,
    folders: [folder],
  });
  const open = async () => ground.own(await Window.open(setup()));
  const read = (...file: string[]): unknown =>
    JSON.parse(readFileSync(path.join(...file), "utf8"));
  const list = (directory: string) =>
    existsSync(directory) ? readdirSync(directory) : [];
  const mark = (record: InstanceRecord) => {
    const { instanceId, pid, processStart, pidNamespace, machine, createdAt } =
      record;
    return {
      instanceId,
      idePid: pid,
      ...{ processStart, pidNamespace, machine, createdAt },
    };
  };

  it("tells Gemini CLI what it needs, and is readable by no other user", async () => {
    const window = await open();
    const record = await window.record();
    const { port, token } = record;
    const name = `gemini-ide-server-${process.ppid}-${port}.json`;
    assert.deepEqual(list(gemini), [name]);
    assert.deepEqual(read(gemini, name), {
      port,
      workspacePath: folder,
      authToken: token,
      ideInfo: { name: "vscode", displayName: "VS Code · plain" },
      ...mark(record),
    });
    assert.equal(statSync(path.join(gemini, name)).mode & 0o777, 0o600);
    for (const directory of [gemini, path.dirname(gemini)])
      assert.equal(statSync(directory).mode & 0o777, 0o700, directory);
    const told = read(gemini, name) as { port: number; authToken: string };
    const agent = await McpAgent.connect({
      port: told.port,
      token: told.authToken,
    });
    await agent.dispose();
    await window.dispose();
    assert.deepEqual(list(gemini), []);
  });

  it("names the worktree and the open folders in it", async () => {
    const app = makeRepository(ground.path("app"));
    const inner = ground.make("app", "inner");
    const window = ground.own(
      await Window.open({ ...setup(), folders: [app, inner] }),
    );
    const { port } = await window.record();
    const name = `gemini-ide-server-${process.ppid}-${port}.json`;
    const { workspacePath } = read(gemini, name) as { workspacePath: string };
    assert.equal(workspacePath, [app, inner].join(path.delimiter));
  });

  it("is written for Qwen Code even if that has never run before", async () => {
    assert.ok(!existsSync(path.dirname(qwen)));
    const window = await open();
    const record = await window.record();
    assert.deepEqual(list(qwen), [`${record.port}.lock`]);
    assert.deepEqual(read(qwen, `${record.port}.lock`), {
      port: record.port,
      workspacePath: folder,
      ppid: process.ppid,
      authToken: record.token,
      ideName: "VS Code · plain",
      ...mark(record),
    });
    await window.dispose();
    assert.deepEqual(list(qwen), []);
  });

  it("is removed by another window once its own was killed, unlike another program's file", async () => {
    mkdirSync(qwen, { recursive: true });
    mkdirSync(gemini, { recursive: true });
    const others: [string, unknown][] = [
      ["gemini-ide-server-1-31001.json", { port: 31_001, workspacePath: "/" }],
      ["gemini-ide-server-1-31002.json", "{"],
      ["gemini-ide-server-1.json", { instanceId: "x" }],
      ["31003.lock", { port: 31_003, ppid: 1 }],
    ];
    for (const [name, content] of others)
      for (const directory of [gemini, qwen])
        writeFileSync(path.join(directory, name), JSON.stringify(content));
    const isOthers = (name: string) => others.some(([each]) => each === name);
    const before = [gemini, qwen].map((each) => fingerprint(each, isOthers));
    const child = new Child(ground, "window", setup());
    const record = await child.run();
    const files = [
      path.join(gemini, `gemini-ide-server-${process.pid}-${record.port}.json`),
      path.join(qwen, `${record.port}.lock`),
    ];
    assert.deepEqual(
      files.map((file) => existsSync(file)),
      [true, true],
    );
    await child.kill();
    const window = ground.own(
      await Window.open({ ...setup(), folders: [ground.make("other")] }),
    );
    await until("its files are gone", () =>
      files.every((file) => !existsSync(file)),
    );
    await window.record();
    assert.deepEqual(
      [gemini, qwen].map((each) => fingerprint(each, isOthers)),
      before,
    );
  });

  it("is written again, like the record and the lock file, when somebody removes it", async () => {
    const window = await open();
    const record = await window.record();
    const records = path.join(ground.home, "instances");
    const files = [
      path.join(records, `${record.instanceId}.json`),
      path.join(ground.locks, `${record.port}.lock`),
      path.join(
        gemini,
        `gemini-ide-server-${process.ppid}-${record.port}.json`,
      ),
      path.join(qwen, `${record.port}.lock`),
    ];
    const contents = () => files.map((file) => readFileSync(file, "utf8"));
    const before = contents();
    for (const removed of [files, [records, path.dirname(gemini)]]) {
      for (const each of removed) rmSync(each, { recursive: true });
      await until(`${removed.join(" and ")} to be back`, () =>
        files.every((file) => existsSync(file)),
      );
      assert.deepEqual(contents(), before);
    }
    await window.dispose();
    assert.ok(files.every((file) => !existsSync(file)));
  });

  it("takes the place of no other program's file, which keeps no port from the instance", async () => {
    const first = await open();
    const { port } = await first.record();
    await first.dispose();
    mkdirSync(qwen, { recursive: true });
    const theirs = path.join(qwen, `${port}.lock`);
    writeFileSync(theirs, "{}");
    const second = await open();
    assert.equal((await second.record()).port, port);
    assert.equal(readFileSync(theirs, "utf8"), "{}");
    assert.ok(second.hasLogged("warn", notReplaced(theirs).message));
    assert.ok(second.hasLogged("warn", notFoundBy("Qwen Code")));
    assert.equal(list(gemini).length, 1);
    await second.dispose();
    assert.equal(readFileSync(theirs, "utf8"), "{}");
  });

  describe("is left out with a warning in the log, while all else works,", () => {
    const cases: [string, RegExp, () => void][] = [
      [
        "if the directory belongs to another user",
        /belongs to another user/,
        () => {
          mkdirSync(path.dirname(gemini), { recursive: true });
          chownSync(path.dirname(gemini), 12_345, 12_345);
        },
      ],
      [
        "if others may write to the directory",
        /other users can write to it/,
        () => {
          mkdirSync(gemini, { recursive: true });
          chmodSync(path.dirname(gemini), 0o777);
        },
      ],
      [
        "if the directory is a symbolic link",
        /it is a symbolic link/,
        () => {
          mkdirSync(path.dirname(path.dirname(gemini)), { recursive: true });
          symlinkSync(ground.make("elsewhere"), path.dirname(gemini));
        },
      ],
      [
        "if the directory cannot be created",
        /not a directory|ENOTDIR/i,
        () => {
          writeFileSync(path.dirname(path.dirname(gemini)), "");
        },
      ],
    ];
    for (const [condition, reason, sabotage] of cases)
      it(condition, async function () {
        if (condition.includes("another user")) needsRoot(this);
        sabotage();
        mkdirSync(path.dirname(qwen), { recursive: true });
        const window = await open();
        assert.equal((await window.running()).warning, null);
        assert.ok(window.hasLogged("warn", reason));
        assert.ok(window.hasLogged("warn", notFoundBy("Gemini CLI")));
        assert.deepEqual(list(gemini), []);
        assert.deepEqual([list(ground.locks), list(qwen)].flat().length, 2);
        assert.deepEqual(list(ground.path("elsewhere")), []);
      });
  });
});
