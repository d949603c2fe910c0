import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { version } from "../../../package.json";
import { until } from "../../harness/until";
import { Agent } from "../support/agent";
import { berth, shellEnvironment, start } from "../support/berth";
import { useGround } from "../support/ground";
import { makeRepository } from "../support/repositories";
import { root } from "../support/root";
import { openWindow } from "../support/window";

describe("The berth command", () => {
  const ground = useGround();

  it("says its version and its commands, and helps with each", async () => {
    const shown = await berth(ground, ["--version"]);
    assert.deepEqual(shown, { code: 0, stdout: `${version}\n`, stderr: "" });
    const overview = await berth(ground, []);
    assert.equal(overview.code, 0);
    const names = [...overview.stdout.matchAll(/^ {2}(\w+) {2}/gm)].map(
      ([, name = ""]) => name,
    );
    assert.ok(names.length >= 8, overview.stdout);
    for (const name of names) {
      const { code, stdout } = await berth(ground, [name, "--help"]);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: berth ${name} `));
      assert.match(stdout, /\nExamples:\n {2}\S/);
    }
  });

  it("says what is wrong with a command line, and ends with 1", async () => {
    const cases: [string[], RegExp][] = [
      [["lsit"], /no command "lsit"/],
      [["list", "--al"], /--al/],
      [["list", "extra"], /"extra" is too much/],
      [["switch"], /target is missing/],
      [["env", "--shell", "tcsh"], /sh, fish, powershell/],
      [["kill"], /Name an instance/],
      [["kill", "a", "--all"], /--all takes no target/],
    ];
    for (const [args, expected] of cases) {
      const { code, stdout, stderr } = await berth(ground, args);
      assert.deepEqual([code, stdout], [1, ""], args.join(" "));
      assert.match(stderr, expected);
      assert.match(stderr, /^berth: [^\n]+\n$/);
    }
  });

  it("finds an instance by name, id, port, branch, folder, path and directory", async () => {
    const app = makeRepository(ground.make("app"), "feature/x");
    mkdirSync(path.join(app, "deep", "er"), { recursive: true });
    const other = ground.make("other");
    const window = await openWindow(ground, [app, other]);
    await window.record(other);
    const record = await window.record(app);
    const ways: [string[], string][] = [
      [["app@feature/x"], ground.directory],
      [[record.instanceId], ground.directory],
      [[String(record.port)], ground.directory],
      [["feature/x"], ground.directory],
      [["app"], ground.directory],
      [["app/deep"], ground.directory],
      [["."], path.join(app, "deep")],
      [[], path.join(app, "deep", "er")],
    ];
    for (const [target, cwd] of ways) {
      const { stdout, stderr } = await berth(
        ground,
        ["env", ...target, "--json"],
        { cwd },
      );
      assert.equal(stderr, "", target.join());
      const { CLAUDE_INSTANCE_ID: id } = JSON.parse(stdout) as Record<
        string,
        string
      >;
      assert.equal(id, record.instanceId, target.join());
    }
  });

  it("guesses nothing: lists the candidates of a target that may be several, and says that there is none", async () => {
    const folders = ["one", "two"].map((name) =>
      makeRepository(ground.make(name)),
    );
    const window = await openWindow(ground, folders);
    const records = await Promise.all(
      folders.map((folder) => window.record(folder)),
    );
    const { code, stdout, stderr } = await berth(ground, [
      "kill",
      "main",
      "--yes",
    ]);
    assert.deepEqual([code, stdout], [1, ""]);
    for (const { name, port, worktree } of records)
      assert.ok(
        stderr.includes(`  ${name}  port ${port}  ${worktree}`),
        stderr,
      );
    for (const folder of folders)
      assert.equal(window.stateOf(folder), "running");
    const none = await berth(ground, ["kill", "nobody", "--yes"]);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /No instance is called "nobody"/);
    const here = await berth(ground, ["env"]);
    assert.deepEqual([here.code, here.stdout], [1, ""]);
    assert.match(here.stderr, /No instance serves/);
  });

  it("stops an instance after a question on a terminal, and with --yes where there is none", async () => {
    const folders = [ground.make("a"), ground.make("b"), ground.make("c")];
    const window = await openWindow(ground, folders);
    for (const folder of folders) await window.record(folder);
    const unasked = await berth(ground, ["kill", "a"]);
    assert.equal(unasked.code, 1);
    assert.match(unasked.stderr, /kill <target> --yes/);
    const answering = (answer: string) =>
      spawnSync(
        "script",
        ["-qec", `"${process.execPath}" dist/cli.js kill a`, "/dev/null"],
        {
          cwd: root,
          env: shellEnvironment(ground),
          input: `${answer}\n`,
          encoding: "utf8",
        },
      );
    assert.equal(answering("n").status, 1);
    assert.equal(window.stateOf(folders[0] ?? ""), "running");
    const agreed = answering("y");
    assert.equal(agreed.status, 0, agreed.stdout);
    await window.isStopped(folders[0] ?? "", "user");
    assert.equal(window.stateOf(folders[1] ?? ""), "running");
    const all = await berth(ground, ["kill", "--all", "--yes"]);
    assert.equal(all.code, 0, all.stderr);
    for (const folder of folders) await window.isStopped(folder, "user");
    assert.equal((await berth(ground, ["kill", "--all", "--yes"])).code, 0);
  });

  it("points the agents of the file's own worktree to files and lines", async () => {
    const folders = ["a", "b"].map((name) =>
      makeRepository(ground.make(name), name),
    );
    writeFileSync(path.join(folders[0] ?? "", "x.txt"), "1\n2\n3\n");
    writeFileSync(path.join(folders[0] ?? "", "x:2"), "");
    const window = await openWindow(ground, folders);
    const agents = await Promise.all(
      folders.map(async (folder) =>
        ground.own(await Agent.connect(await window.record(folder))),
      ),
    );
    const [first, second] = agents;
    assert.ok(first && second);
    for (const agent of agents) await agent.introduce();
    const sent = await berth(ground, ["send", "a/x.txt:2-3", "a/x:2", "a"]);
    assert.equal(sent.code, 0, sent.stderr);
    await until("all three", () => first.notified("at_mentioned").length === 3);
    assert.deepEqual(
      first.notified("at_mentioned").map(({ params }) => params),
      [
        {
          filePath: path.join(folders[0] ?? "", "x.txt"),
          lineStart: 1,
          lineEnd: 2,
        },
        { filePath: path.join(folders[0] ?? "", "x:2") },
        { filePath: folders[0] },
      ],
    );
    assert.deepEqual(second.notified("at_mentioned"), []);
    const outside = await berth(ground, ["send", "a/x.txt", "--to", "b@b"]);
    assert.equal(outside.code, 1);
    assert.match(outside.stderr, /outside the worktree/);
    const missing = await berth(ground, ["send", "a/y.txt:3"]);
    assert.match(missing.stderr, /There is no file .*y\.txt/);
  });

  it("shows the window of an instance by the editor's own command, and says so when it cannot", async () => {
    const folder = ground.make("a");
    const window = await openWindow(ground, [folder], {
      workspace: `file://${ground.make("workspace")}`,
    });
    await window.record();
    const bin = ground.make("bin");
    const called = ground.path("called");
    const code = path.join(bin, "code");
    writeFileSync(code, `#!/bin/sh\nprintf '%s\\n' "$@" > "${called}"\n`, {
      mode: 0o755,
    });
    const PATH = `${bin}:${process.env["PATH"] ?? ""}`;
    const switched = await berth(ground, ["switch", "a"], { env: { PATH } });
    assert.equal(switched.code, 0, switched.stderr);
    assert.equal(readFileSync(called, "utf8"), `${ground.path("workspace")}\n`);
    await until("the window's own part", () => window.focused.includes(folder));
    writeFileSync(code, "#!/bin/sh\necho no display >&2; exit 3\n");
    const refused = await berth(ground, ["switch", "a"], { env: { PATH } });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /no display/);
    const nothing = await berth(ground, ["switch", "a"], {
      env: { PATH: ground.make("empty") },
    });
    assert.match(nothing.stderr, /no code on the PATH/);
  });

  it("ends by a signal at once", async () => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      const child = start(ground, ["list", "--watch", "--json"]);
      await until("it runs", () => child.stdout?.readable === true);
      child.stdout?.resume();
      child.kill(signal);
      await until("it has ended", () => child.signalCode === signal);
    }
    assert.ok(!existsSync(ground.home));
  });
});
