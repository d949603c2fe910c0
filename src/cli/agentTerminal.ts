// Runs an agent in a terminal of VS Code, in the environment of its instance. Other extensions' environment collections
// go over what createTerminal() is given; what this program sets for its own child goes over theirs, on every system.
// When the agent has ended, a shell comes up; when the agent loses its editor, the terminal says why.
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import path from "node:path";
import type { AgentTerminalSetup, Notice } from "../core/agentTerminal";
import { withoutProxy } from "../core/agentVariables";
import { readJson } from "../core/atomicFile";
import { messageOf } from "../core/errors";
import { printable } from "../core/names";

const setup = JSON.parse(process.argv[2] ?? "") as AgentTerminalSetup;

// Keys that interrupt are for the agent alone.
for (const signal of ["SIGINT", "SIGQUIT"] as const)
  process.on(signal, () => undefined);

void main();

async function main(): Promise<void> {
  const notices = watchNotices();
  const end = await runChild(setup.command, setup.args);
  notices.close();
  const words = [`${setup.name} ${end.words}.`, notices.shown() ?? ""];
  // What the agent or a notice has left below is no longer of use.
  process.stdout.write(
    `\r\x1b[J\x1b[2m${printable(words.join(" "))}\x1b[0m\r\n`,
  );
  process.exitCode = (await runChild(setup.shell, [])).code;
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

function environment(): NodeJS.ProcessEnv {
  const env = { ...process.env, ...withoutProxy(process.env) };
  // It made this program run, and would keep the agent from starting any other VS Code.
  delete env["ELECTRON_RUN_AS_NODE"];
  for (const [name, value] of Object.entries(setup.variables))
    if (value === null) Reflect.deleteProperty(env, name);
    else env[name] = value;
  return env;
}

interface Notices {
  shown(): string | null;
  close(): void;
}

/** Where nothing can be watched, nothing is said. */
function watchNotices(): Notices {
  let shown: string | null = null;
  const show = async (): Promise<void> => {
    const notice = (await readJson(setup.notice)) as Notice | undefined;
    const sentence = notice?.sentence ?? null;
    if (sentence !== null && sentence !== shown) showNotice(sentence);
    shown = sentence;
  };
  try {
    const watcher = watch(path.dirname(setup.notice), (_event, name) => {
      if (name === path.basename(setup.notice)) void show();
    });
    watcher.on("error", () => undefined);
    return {
      shown: () => shown,
      close: () => {
        watcher.close();
      },
    };
  } catch {
    return { shown: () => null, close: () => undefined };
  }
}

/** Over the top lines, with the cursor back in its place after: the agent draws on below and is not disturbed. */
function showNotice(sentence: string): void {
  const { columns, rows } = process.stdout;
  const lines = wrap(printable(sentence), columns - 2).slice(0, rows);
  const drawn = lines.map(
    (line, index) =>
      `\x1b[${index + 1};1H\x1b[7m ${line.padEnd(columns - 2)} \x1b[0m`,
  );
  process.stdout.write(`\x1b7${drawn.join("")}\x1b8`);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word.slice(0, width));
  }
  return lines;
}
