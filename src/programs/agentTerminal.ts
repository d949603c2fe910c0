// Runs an agent in a terminal of VS Code, in the environment of its instance. Other extensions' environment collections
// go over what createTerminal() is given; what this program sets for its own child goes over theirs, on every system.
// When the agent has ended, a shell comes up; when the agent loses its editor, the terminal says why.
import { spawn } from "node:child_process";
import { rmSync, watch } from "node:fs";
import path from "node:path";
import type { AgentTerminalSetup, Notice } from "../core/agents/agentTerminal";
import { agentVariables, withoutProxy } from "../core/agents/agentVariables";
import { readJson } from "../core/system/atomicFile";
import { messageOf } from "../core/errors";
import { findCommand } from "../core/system/findCommand";
import { printable } from "../core/worktrees/names";
import { drawOver } from "./drawOver";

const setup = JSON.parse(process.argv[2] ?? "") as AgentTerminalSetup;

/** Where agents that start here find their editor. */
let served = setup.served;
/** Why the agent that runs has lost its editor, as it is on the screen. */
let shown: string | undefined;

// Keys that interrupt are for the agent alone.
for (const signal of ["SIGINT", "SIGQUIT"] as const)
  process.on(signal, () => undefined);
for (const signal of ["SIGHUP", "SIGTERM"] as const)
  process.on(signal, () => process.exit(1));
process.on("exit", () => {
  rmSync(setup.notice, { force: true });
});

void main();

async function main(): Promise<void> {
  const stopWatching = watchNotice();
  const end = await runChild(setup.command, setup.args);
  stopWatching();
  say(`${setup.name} ${end.words}. ${shown ?? ""}`);
  const notice = await readNotice();
  if (notice?.kind === "running") served = notice.served;
  process.exitCode = await runShell();
}

interface End {
  readonly code: number;
  readonly words: string;
}

function runChild(command: string, args: readonly string[]): Promise<End> {
  return new Promise((resolve) => {
    // Windows runs a script only through its command interpreter.
    const isScript = /\.(cmd|bat)$/i.test(command);
    const child = isScript
      ? spawn([command, ...args].map((word) => `"${word}"`).join(" "), {
          stdio: "inherit",
          env: environment(),
          shell: true,
        })
      : spawn(command, args, { stdio: "inherit", env: environment() });
    child.on("error", (error) => {
      resolve({ code: 1, words: `could not be started: ${messageOf(error)}` });
    });
    child.on("exit", (code, signal) => {
      resolve({
        code: code ?? 1,
        words:
          code === 0
            ? "has ended"
            : `has ended with ${signal ?? `exit code ${String(code)}`}`,
      });
    });
  });
}

/** The user's own shell, or another one where that is not there. */
async function runShell(): Promise<number> {
  const wanted = [
    setup.shell,
    process.env["SHELL"] ?? "",
    ...(process.platform === "win32"
      ? [process.env["ComSpec"] ?? "", "cmd.exe"]
      : ["/bin/bash", "/bin/sh"]),
  ].filter((shell) => shell !== "");
  const shell = wanted.map((each) => findCommand(each)).find(Boolean);
  if (shell === undefined) {
    say(`No shell was found (${wanted.join(", ")}): this terminal ends here.`);
    return 1;
  }
  const [first = shell] = wanted;
  if (findCommand(first) === undefined)
    say(`The shell ${first} was not found: this is ${shell}.`);
  const end = await runChild(shell, []);
  if (end.words.startsWith("could not")) say(`${shell} ${end.words}.`);
  return end.code;
}

/** Where an agent or a notice has been drawn, the rest of the screen is no longer of use. */
function say(sentence: string): void {
  process.stdout.write(`\r\x1b[J\x1b[2m${printable(sentence)}\x1b[0m\r\n`);
}

function environment(): NodeJS.ProcessEnv {
  const env = { ...process.env, ...withoutProxy(process.env) };
  // It made this program run, and would keep the agent from starting any other VS Code.
  delete env["ELECTRON_RUN_AS_NODE"];
  const { families, worktree } = setup;
  const { port, instanceId } = served;
  const variables = agentVariables(families, { worktree, port });
  for (const [name, value] of Object.entries(variables))
    if (value === null) Reflect.deleteProperty(env, name);
    else env[name] = value;
  return { ...env, CLAUDE_INSTANCE_ID: instanceId };
}

async function readNotice(): Promise<Notice | undefined> {
  return (await readJson(setup.notice)) as Notice | undefined;
}

/** Shows why the agent has lost its editor. Where nothing can be watched, nothing is said. */
function watchNotice(): () => void {
  const show = async (): Promise<void> => {
    const notice = await readNotice();
    if (!notice) return;
    const sentence = loss(notice, setup.served.port);
    if (sentence !== undefined && sentence !== shown) drawOver(sentence);
    shown = sentence;
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

function loss(notice: Notice, port: number): string | undefined {
  if (notice.kind === "stopped") return notice.sentence;
  return notice.served.port === port
    ? undefined
    : `Berth: the instance ${notice.name} has moved from port ${port} to ${notice.served.port}, so this agent has lost its editor. Quit it and start it again, here or with Berth: Open Agent Terminal.`;
}
