import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Finding } from "../../../src/cli/doctor/finding";
import { until } from "../../harness/until";
import { berth, type RunOptions } from "../support/berth";
import { useGround } from "../support/ground";
import { openWindow } from "../support/window";

describe("berth doctor", () => {
  const ground = useGround();
  const examine = async (
    args: readonly string[] = [],
    options: RunOptions = {},
  ) => {
    const env = {
      PATH: ground.make("bin"),
      HTTP_PROXY: undefined,
      http_proxy: undefined,
      CLAUDE_CODE_SSE_PORT: undefined,
      ...options.env,
    };
    const run = await berth(ground, ["doctor", "--json", ...args], {
      ...options,
      env,
    });
    return { ...run, findings: JSON.parse(run.stdout) as Finding[] };
  };
  const problems = ({ findings }: { findings: readonly Finding[] }) =>
    findings.filter(({ level }) => level === "problem").map(({ text }) => text);
  const open = (...folders: string[]) => openWindow(ground, folders);

  it("finds nothing wrong where nothing is", async () => {
    const window = await open(ground.make("app"));
    const { port } = await window.record();
    const result = await examine();
    assert.deepEqual(problems(result), []);
    assert.equal(result.code, 0);
    assert.ok(
      result.findings.some(({ text }) => text === `app runs on port ${port}`),
    );
  });

  it("finds what a killed process has left, and removes only that with --fix", async () => {
    const window = await open(ground.make("app"));
    const record = await window.record();
    const file = path.join(
      ground.home,
      "instances",
      `${record.instanceId}.json`,
    );
    const content = JSON.parse(readFileSync(file, "utf8")) as object;
    const lock = readFileSync(
      path.join(ground.locks, `${record.port}.lock`),
      "utf8",
    );
    const instanceId = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
    const dead = 2 ** 22 - 7;
    const left = path.join(ground.home, "instances", `${instanceId}.json`);
    writeFileSync(
      left,
      JSON.stringify({ ...content, instanceId, name: "left", pid: dead }),
      { mode: 0o600 },
    );
    const leftLock = path.join(ground.locks, "31777.lock");
    writeFileSync(
      leftLock,
      JSON.stringify({
        ...(JSON.parse(lock) as object),
        instanceId,
        idePid: dead,
      }),
    );
    const others = path.join(ground.locks, "31778.lock");
    writeFileSync(
      others,
      JSON.stringify({
        pid: dead,
        workspaceFolders: ["/x"],
        ideName: "Neovim",
        transport: "ws",
      }),
    );
    const found = await examine();
    assert.equal(found.code, 1);
    assert.ok(
      problems(found).some((text) => text.includes("The record of left")),
    );
    assert.ok(problems(found).some((text) => text.includes(leftLock)));
    const fixed = await examine(["--fix"]);
    assert.deepEqual(problems(fixed), []);
    assert.match(fixed.stderr, /31777\.lock/);
    assert.ok(readFileSync(others, "utf8").includes("Neovim"));
    assert.ok(readFileSync(file, "utf8").includes(record.instanceId));
  });

  it("finds an extension that shares a worktree's folder, and a shell that names another port", async () => {
    const app = ground.make("app");
    const window = await open(app);
    await window.record();
    writeFileSync(
      path.join(ground.locks, "31779.lock"),
      JSON.stringify({
        pid: process.pid,
        workspaceFolders: [app],
        ideName: "Other",
        transport: "ws",
        authToken: "x",
      }),
    );
    const found = await examine([], {
      cwd: app,
      env: { CLAUDE_CODE_SSE_PORT: "31779" },
    });
    assert.ok(
      problems(found).some((text) =>
        /Other \(port 31779\) has a lock file for .*app/.test(text),
      ),
    );
    assert.ok(
      problems(found).some((text) =>
        text.includes("CLAUDE_CODE_SSE_PORT is 31779"),
      ),
    );
  });

  it("finds a proxy that swallows this machine, and directories that are not its user's alone", async () => {
    const proxied = await examine([], {
      env: {
        HTTP_PROXY: "http://proxy:3128",
        NO_PROXY: undefined,
        no_proxy: undefined,
      },
    });
    assert.ok(
      problems(proxied).some((text) =>
        text.includes("NO_PROXY does not name 127.0.0.1"),
      ),
    );
    mkdirSync(path.join(ground.home, "instances"), {
      recursive: true,
      mode: 0o700,
    });
    chmodSync(ground.home, 0o777);
    const open = await examine();
    assert.ok(problems(open).some((text) => text.includes("not yours alone")));
  });

  it("names the agents that it finds, with their versions", async () => {
    writeFileSync(
      path.join(ground.make("bin"), "claude"),
      "#!/bin/sh\necho '9.9.9 (Claude Code)'\n",
      { mode: 0o755 },
    );
    writeFileSync(
      path.join(ground.make("bin"), "codex"),
      "#!/no/such/interpreter\n",
      { mode: 0o755 },
    );
    const found = await examine();
    assert.ok(
      found.findings.some(({ text }) =>
        text.startsWith("claude 9.9.9 (Claude Code)"),
      ),
    );
    assert.ok(
      problems(found).some((text) =>
        text.includes("codex does not say its version"),
      ),
    );
  });

  it("says of an instance that hangs what will happen", async () => {
    const window = await open(ground.make("app"));
    await window.record();
    const { pid } = await window.supervisor();
    process.kill(pid, "SIGSTOP");
    try {
      const found = await examine();
      assert.ok(
        problems(found).some((text) =>
          text.includes("does not answer on port"),
        ),
        found.stdout,
      );
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await until(
      "it answers again",
      async () => problems(await examine()).length === 0,
    );
  });

  it("writes a report without secrets and without the home directory", async () => {
    const home = ground.make("user");
    const app = ground.make("user", "app");
    const window = await open(app);
    const record = await window.record();
    const { stdout } = await berth(ground, ["doctor", "--report"], {
      env: { HOME: home, SECRET: "hunter2" },
    });
    assert.match(stdout, /^Berth \d+\.\d+\.\d+, Node v?\d+/);
    for (const secret of [record.token, record.controlToken, "hunter2", home])
      assert.ok(!stdout.includes(secret), stdout);
  });
});
