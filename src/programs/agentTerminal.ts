// Runs an agent in a VS Code terminal with the environment of its instance. Other extensions' environment collections
// override createTerminal(), but not what this program sets for its own child, on any system. Starts a shell when the
// agent exits, and says why when the agent loses its editor.
import { rmSync, watch } from "node:fs";
import path from "node:path";
import spawn from "cross-spawn";
import type { AgentTerminalSetup, Notice } from "../core/agents/agentTerminal";
import {
  agentVariables,
  noProxyVariables,
} from "../core/agents/agentVariables";
import { backendVariables } from "../core/agents/backendVariables";
import {
  type McpHandout,
  mcpHandout,
  type McpServer,
} from "../core/agents/mcpServers";
import { agentStartsWithout } from "../core/backendMessages";
import { readJson, writeJson } from "../core/system/atomicFile";
import { messageOf } from "../core/errors";
import {
  instanceMoved,
  programEnded,
  programNotStarted,
  shellReplaced,
} from "../core/messages/terminals";
import { findCommand } from "../core/system/findCommand";
import { toPrintable } from "../core/worktrees/names";
import { drawOverlay } from "./drawOverlay";
import { agentFileName, placeMark, removeForsaken } from "./serverFiles";

const setup = JSON.parse(process.argv[2] ?? "") as AgentTerminalSetup;

const NO_SERVERS: McpHandout = { args: [], env: {} };
/** Where the agent reads of its MCP servers, with their tokens; undefined: it is not told of any. */
let agentFile: string | undefined;

/** Where agents started here find their editor. */
let served = setup.served;
/** The message on screen that says why the running agent lost its editor. */
let shownMessage: string | undefined;

// Interrupt keys are for the agent only.
for (const signal of ["SIGINT", "SIGQUIT"] as const)
  process.on(signal, () => undefined);
for (const signal of ["SIGHUP", "SIGTERM"] as const)
  process.on(signal, () => process.exit(1));
process.on("exit", () => {
  for (const file of [setup.notice, agentFile ?? ""])
    rmSync(file, { force: true });
});

void main();

async function main(): Promise<void> {
  const stopWatching = watchNotice();
  const { args, env } = await handOutServers().catch((error: unknown) => {
    print(agentStartsWithout([messageOf(error)]));
    return NO_SERVERS;
  });
  const result = await runChild(
    setup.name,
    setup.command,
    [...setup.args, ...args],
    env,
  );
  stopWatching();
  print(`${result.sentence} ${shownMessage ?? ""}`);
  const notice = await readNotice();
  if (notice?.kind === "running") served = notice.served;
  process.exitCode = await runShell();
}

interface ExitResult {
  readonly code: number;
  readonly hasStarted: boolean;
  readonly sentence: string;
}

function runChild(
  name: string,
  command: string,
  args: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): Promise<ExitResult> {
  const env = { ...childEnvironment(), ...extra };
  return new Promise((resolve) => {
    // On Windows, scripts are run through its command interpreter, with every word escaped for it.
    const child = spawn(command, [...args], { stdio: "inherit", env });
    child.on("error", (error) => {
      resolve({
        code: 1,
        hasStarted: false,
        sentence: programNotStarted(name, messageOf(error)),
      });
    });
    child.on("exit", (code, signal) => {
      resolve({
        code: code ?? 1,
        hasStarted: true,
        sentence: programEnded(name, code, signal),
      });
    });
  });
}

/** Runs the user's own shell, or a fallback if it is missing. */
async function runShell(): Promise<number> {
  const candidates = [
    setup.shell,
    process.env["SHELL"] ?? "",
    ...(process.platform === "win32"
      ? [process.env["ComSpec"] ?? "", "cmd.exe"]
      : ["/bin/bash", "/bin/sh"]),
  ].filter((shell) => shell !== "");
  const shell = candidates.map((each) => findCommand(each)).find(Boolean);
  if (shell === undefined) {
    print(
      `No shell was found (${candidates.join(", ")}): this terminal ends here.`,
    );
    return 1;
  }
  const [first = shell] = candidates;
  if (findCommand(first) === undefined) print(shellReplaced(first, shell));
  const result = await runChild(shell, shell, []);
  if (!result.hasStarted) print(result.sentence);
  return result.code;
}

/** Clears the rest of the screen, which holds only leftovers of an agent or a notice. */
function print(sentence: string): void {
  process.stdout.write(`\r\x1b[J\x1b[2m${toPrintable(sentence)}\x1b[0m\r\n`);
}

function childEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env, ...noProxyVariables(process.env) };
  // Needed to run this program; inherited, it would keep the agent from starting VS Code.
  delete env["ELECTRON_RUN_AS_NODE"];
  const { families, worktree } = setup;
  const { port, instanceId } = served;
  const variables = agentVariables(families, { worktree, port });
  for (const [name, value] of Object.entries(variables))
    if (value === null) Reflect.deleteProperty(env, name);
    else env[name] = value;
  return {
    ...env,
    ...backendVariables(setup.backends ?? []),
    CLAUDE_INSTANCE_ID: instanceId,
  };
}

/** Tells the agent of its worktree's MCP servers, in the way that it understands. */
async function handOutServers(): Promise<McpHandout> {
  const { mcp } = setup;
  const directory = path.dirname(setup.notice);
  const mark = await placeMark();
  removeForsaken(directory, mark);
  if (!mcp) return NO_SERVERS;
  const servers = (await readJson(mcp.servers)) as McpServer[] | undefined;
  rmSync(mcp.servers, { force: true });
  agentFile = path.join(directory, agentFileName(process.pid, mark));
  const handout = mcpHandout(mcp.means, servers ?? [], agentFile, process.env);
  if (handout.file !== undefined) await writeJson(agentFile, handout.file);
  return handout;
}

async function readNotice(): Promise<Notice | undefined> {
  return (await readJson(setup.notice)) as Notice | undefined;
}

/** Shows why the agent lost its editor, or nothing if the file cannot be watched. */
function watchNotice(): () => void {
  const show = async (): Promise<void> => {
    const notice = await readNotice();
    if (!notice) return;
    const sentence = lossMessage(notice, setup.served.port);
    if (sentence !== undefined && sentence !== shownMessage)
      drawOverlay(sentence);
    shownMessage = sentence;
  };
  try {
    const watcher = watch(path.dirname(setup.notice), (_event, name) => {
      if (name === path.basename(setup.notice)) void show();
    });
    watcher.on("error", () => undefined);
    void show();
    return () => {
      watcher.close();
    };
  } catch {
    return () => undefined;
  }
}

function lossMessage(notice: Notice, port: number): string | undefined {
  if (notice.kind === "stopped") return notice.sentence;
  return notice.served.port === port
    ? undefined
    : instanceMoved(notice.name, port, notice.served.port);
}
