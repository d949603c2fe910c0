// The program that runs an agent in a terminal, started as VS Code starts it, but without an editor.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  access,
  mkdtemp,
  readdir,
  realpath,
  rm,
  utimes,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type {
  AgentTerminalSetup,
  Notice,
} from "../../../src/core/agents/agentTerminal";
import {
  instanceMoved,
  programEnded,
  programNotStarted,
  shellReplaced,
} from "../../../src/core/messages/terminals";
import { writeJson } from "../../../src/core/system/atomicFile";
import { processesBelow } from "../../harness/processes";
import { until } from "../../harness/until";

describe("The program in an agent terminal", function () {
  let folder: string;
  let notice: string;
  let running: ChildProcess | undefined;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), "berth-")));
    notice = path.join(folder, "notice.json");
  });
  afterEach(async () => {
    running?.kill("SIGKILL");
    await rm(folder, { recursive: true });
  });

  /** Starts the program; `shows` waits for a pattern or a text in its output. */
  const start = (
    setup: Partial<AgentTerminalSetup>,
    env: NodeJS.ProcessEnv = {},
  ) => {
    const whole: AgentTerminalSetup = {
      name: "Agent",
      command: "/bin/sh",
      args: ["-c", "echo agent at $CLAUDE_CODE_SSE_PORT; exec cat"],
      families: ["claude"],
      worktree: folder,
      served: { port: 20_001, instanceId: "first" },
      shell: "/bin/sh",
      notice,
      ...setup,
    };
    const child = spawn(
      process.execPath,
      ["dist/agentTerminal.js", JSON.stringify(whole)],
      { env: { PATH: process.env["PATH"], ...env } },
    );
    running = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => (output += data.toString()));
    const shows = (expected: RegExp | string): Promise<unknown> =>
      until(`${String(expected)} in its output`, () => {
        // A notice is drawn with cursor movements: only its words and spaces count.
        const words = output
          .replaceAll(/\x1b(\[[\d;]*[A-Za-z]|\d)/g, "")
          .replaceAll(/\s+/g, " ");
        if (typeof expected === "string")
          assert.ok(words.includes(expected), words);
        else assert.match(words, expected);
        return true;
      });
    return { child, shows };
  };
  const moved: Notice = {
    kind: "running",
    name: "app@main",
    served: { port: 20_002, instanceId: "second" },
  };
  const short = { args: ["-c", "exit 0"] };
  const ask =
    'echo "at $CLAUDE_CODE_SSE_PORT $CLAUDE_INSTANCE_ID" >&2; exit 7\n';

  it("says where the instance has moved to, and starts the shell after the agent with the new address", async () => {
    const { child, shows } = start({});
    await shows(/agent at 20001/);
    await writeJson(notice, moved);
    await shows(instanceMoved("app@main", 20_001, 20_002));
    const [agent] = await processesBelow(child.pid ?? 0);
    assert.ok(agent);
    process.kill(agent.pid);
    await shows(programEnded("Agent", null, "SIGTERM"));
    child.stdin.end(ask);
    await shows(/at 20002 second/);
    assert.equal(await exitOf(child), 7);
    await assert.rejects(access(notice));
  });

  it("falls back to another shell if the user's is missing, and says so", async () => {
    const { child, shows } = start(
      { ...short, shell: "/no/such/shell" },
      { SHELL: "/bin/sh" },
    );
    await shows(
      `${programEnded("Agent", 0, null)} ${shellReplaced("/no/such/shell", "/bin/sh")}`,
    );
    child.stdin.end(ask);
    await shows(/at 20001 first/);
    assert.equal(await exitOf(child), 7);
  });

  it("uses the system's shell if VS Code names none", async () => {
    const { child, shows } = start({ ...short, shell: "" });
    child.stdin.end(ask);
    await shows(/at 20001 first/);
    assert.equal(await exitOf(child), 7);
  });

  it("says that the agent could not be started, and starts a shell", async () => {
    const command = path.join(folder, "gone");
    const { child, shows } = start({ command });
    await shows(programNotStarted("Agent", `spawn ${command} ENOENT`));
    child.stdin.end(ask);
    await shows(/at 20001 first/);
  });

  it("ends when its terminal is closed", async () => {
    await writeJson(notice, moved);
    const { child, shows } = start({});
    await shows(/agent at/);
    child.kill("SIGHUP");
    assert.equal(await exitOf(child), 1);
    await assert.rejects(access(notice));
  });

  it("hands MCP servers to its agent in a file that goes with it, and removes those of killed ones", async () => {
    const servers = path.join(folder, "first.servers.json");
    const mcp = { means: "claude", servers } as const;
    const url = "http://127.0.0.1:20003/mcp";
    const args = ["-c", 'echo "reads $1"; cat "${1#--mcp-config=}"; exec cat'];
    const hand = async () => {
      await writeJson(servers, [{ name: "where", url, headers: {} }]);
      const { child, shows } = start({ mcp, args: [...args, "agent"] });
      await shows(/reads --mcp-config=/);
      await shows(url);
      const [name = ""] = (await readdir(folder)).filter((each) =>
        each.startsWith(`agent-${child.pid}-`),
      );
      const file = path.join(folder, name);
      await assert.rejects(access(servers));
      return { child, file };
    };
    const killed = await hand();
    killed.child.kill("SIGKILL");
    await once(killed.child, "exit");
    await access(killed.file);
    // That of a terminal that never came to read it, and those that are of no concern.
    const unread = path.join(folder, "unread.servers.json");
    await writeJson(unread, []);
    await utimes(unread, 1, 1);
    const elsewhere = path.join(folder, "agent-999999-other.servers.json");
    await writeJson(elsewhere, []);
    const next = await hand();
    await assert.rejects(access(killed.file));
    await assert.rejects(access(unread));
    await access(elsewhere);
    next.child.kill("SIGTERM");
    await once(next.child, "exit");
    await assert.rejects(access(next.file));
  });
});

const exitOf = (child: ChildProcess): Promise<number | null> =>
  until("the program to end", () => child.exitCode !== null).then(
    () => child.exitCode,
  );
