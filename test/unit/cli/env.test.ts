import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import { findCommand } from "../../../src/core/system/findCommand";
import { berth } from "../support/berth";
import { useGround } from "../support/ground";
import { openWindow } from "../support/window";

describe("berth env", () => {
  const ground = useGround();
  /** A worktree whose path is as awkward for shells as a path can be. */
  const awkward = `it's "a" $(touch pwned) \`b\` \\ %PATH% ; & é\nline`;

  async function openAwkward() {
    const folder = ground.make(awkward);
    const window = await openWindow(ground, [folder]);
    return window.record();
  }

  const expected = ({
    port,
    worktree,
    instanceId,
  }: Awaited<ReturnType<typeof openAwkward>>) => ({
    CLAUDE_CODE_SSE_PORT: String(port),
    GEMINI_CLI_IDE_SERVER_PORT: String(port),
    GEMINI_CLI_IDE_WORKSPACE_PATH: worktree,
    CLAUDE_WORKTREE_PATH: worktree,
    CLAUDE_INSTANCE_ID: instanceId,
  });

  /** What a program sees that the shell starts after it has read the lines. */
  const asSeen = (output: string) =>
    Object.fromEntries(
      output.split("\0").map((entry) => {
        const index = entry.indexOf("=");
        return [entry.slice(0, index), entry.slice(index + 1)];
      }),
    );

  it("prints lines that sh, bash and dash read back as they were meant", async () => {
    const record = await openAwkward();
    const { stdout } = await berth(ground, [
      "env",
      String(record.port),
      "--shell",
      "sh",
    ]);
    for (const shell of ["sh", "bash", "dash"].filter((each) =>
      findCommand(each),
    )) {
      const output = execFileSync(
        shell,
        ["-c", `eval "$LINES_OF_BERTH"; env -0`],
        {
          cwd: ground.directory,
          env: { PATH: process.env["PATH"], LINES_OF_BERTH: stdout },
          encoding: "utf8",
        },
      );
      const seen = asSeen(output);
      for (const [name, value] of Object.entries(expected(record)))
        assert.equal(seen[name], value, `${shell}: ${name}`);
    }
    assert.equal(
      spawnSync("ls", ["pwned"], { cwd: ground.directory }).status,
      2,
    );
  });

  it("quotes for fish and PowerShell by their own rules", async () => {
    const record = await openAwkward();
    const fish = await berth(ground, [
      "env",
      String(record.port),
      "--shell",
      "fish",
    ]);
    const escaped = record.worktree
      .replaceAll("\\", "\\\\")
      .replaceAll("'", "\\'");
    assert.ok(
      fish.stdout.includes(`set -gx CLAUDE_WORKTREE_PATH '${escaped}'\n`),
    );
    const powershell = await berth(ground, [
      "env",
      String(record.port),
      "--shell",
      "powershell",
    ]);
    const doubled = record.worktree.replaceAll("'", "''");
    assert.ok(
      powershell.stdout.includes(`$env:CLAUDE_WORKTREE_PATH = '${doubled}'\n`),
    );
  });

  it("lets direnv read it again when an instance comes or goes", async () => {
    const record = await openAwkward();
    const { stdout } = await berth(ground, [
      "env",
      String(record.port),
      "--direnv",
    ]);
    const records = path.join(ground.home, "instances");
    assert.ok(stdout.startsWith(`watch_file '${records}'\n`), stdout);
    assert.match(stdout, /^export CLAUDE_CODE_SSE_PORT=/m);
    const asJson = await berth(ground, [
      "env",
      String(record.port),
      "--direnv",
      "--json",
    ]);
    assert.ok(JSON.parse(asJson.stdout));
    const none = await berth(ground, ["env", "nobody", "--direnv"]);
    assert.equal(none.code, 1);
    assert.equal(none.stdout, `watch_file '${records}'\n`);
  });

  it("sets the session of tmux, and says so outside of one", async function () {
    const record = await openAwkward();
    const outside = await berth(
      ground,
      ["env", String(record.port), "--tmux"],
      { env: { TMUX: undefined } },
    );
    assert.equal(outside.code, 1);
    assert.match(outside.stderr, /tmux/);
    if (!findCommand("tmux")) this.skip();
    const socket = ground.path("tmux");
    const tmux = (...args: string[]) =>
      execFileSync("tmux", ["-S", socket, ...args], { encoding: "utf8" });
    tmux("new-session", "-d", "sleep 1000");
    ground.defer(() => tmux("kill-server"));
    const pid = tmux("display-message", "-p", "#{pid}").trim();
    const inside = await berth(ground, ["env", String(record.port), "--tmux"], {
      env: { TMUX: `${socket},${pid},0` },
    });
    assert.equal(inside.code, 0, inside.stderr);
    assert.match(
      tmux("show-environment"),
      new RegExp(`^CLAUDE_CODE_SSE_PORT=${record.port}$`, "m"),
    );
  });

  it("keeps what the shell says of proxies, and adds this machine", async () => {
    const record = await openAwkward();
    const { stdout } = await berth(
      ground,
      ["env", String(record.port), "--json"],
      {
        env: { NO_PROXY: "corp.example", no_proxy: undefined },
      },
    );
    const variables = JSON.parse(stdout) as Record<string, string>;
    assert.equal(variables["NO_PROXY"], "corp.example,127.0.0.1,localhost");
    assert.ok(!stdout.includes(record.token));
  });
});
