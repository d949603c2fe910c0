// The variables by which agents and programs find a worktree's servers, for shells that Berth has not opened. No secrets.
import path from "node:path";
import {
  shellLines,
  shells,
  type ShellVariables,
  shellVariables,
} from "../../core/agents/shellVariables";
import { listBackends } from "../../core/control/backendList";
import type { InstanceRecord } from "../../core/registry/formats";
import { findCommand } from "../../core/system/findCommand";
import { quoteForSh } from "../../core/system/quoteForSh";
import { defineCommand, elsewhere, exitCodes } from "../command";
import { noTmux, tmuxRefused } from "../errors";
import { type Machine, openMachine } from "../machine";
import { reasonOf, runProgram } from "../runProgram";
import { findInstance } from "../target";

/** Milliseconds. */
const TIMEOUT = 10_000;

export const env = elsewhere(
  "env",
  defineCommand({
    description:
      "Prints the variables by which agents that are started outside of VS Code find an instance and its backends.\nWithout a target it is the instance of the current directory.",
    operands: [{ name: "target", isOptional: true, completes: "instance" }],
    options: {
      shell: {
        type: "string",
        value: "SHELL",
        choices: Object.keys(shells),
        help: "sh, bash, zsh, fish, powershell or pwsh; without it, the shell that you use.",
      },
      tmux: {
        type: "boolean",
        help: "Set them in the tmux session, for panes that are opened from now on.",
      },
      direnv: {
        type: "boolean",
        help: "Print them for an .envrc, which is read again when they change.",
      },
      json: { type: "boolean", help: "Print them as JSON." },
    },
    examples: [
      ['eval "$(berth env)"', "For agents that you start in this shell."],
      ["berth env | source", "The same in fish."],
      ["berth env | Out-String | Invoke-Expression", "In PowerShell."],
      ["berth env app@feature-x --tmux", "For new panes of this tmux session."],
      ['eval "$(berth env --direnv)"', "In the .envrc of a worktree."],
    ],
    async run([target], { shell = usedShell(), tmux, direnv, json }) {
      const machine = await openMachine();
      // Also while there is no instance: one may come.
      if (direnv && !tmux && !json)
        print(`watch_file ${quoteForSh(machine.files.records.directory)}\n`);
      const record = await findInstance(machine, target);
      const variables = await variablesOf(machine, record);
      if (tmux) await setInTmux(variables);
      else if (json)
        print(`${JSON.stringify(Object.fromEntries(variables), null, 2)}\n`);
      else print(shellLines(direnv ? "sh" : shell, variables));
      return exitCodes.done;
    },
  }),
);

async function variablesOf(
  { backends, place }: Machine,
  record: InstanceRecord,
): Promise<ShellVariables> {
  const { worktree } = record;
  const addresses = (await listBackends(backends, place)).flatMap(
    ({ record: { worktree: of, name, port, url, state }, liveness }) =>
      of === worktree &&
      liveness === "live" &&
      state === "ready" &&
      port !== null
        ? [{ name, port, url }]
        : [],
  );
  return shellVariables(record, addresses, process.env);
}

function usedShell(): string {
  // Git Bash sets it on Windows too.
  const used = process.env["SHELL"] ?? "";
  if (process.platform === "win32" && used === "") return "powershell";
  return path.basename(used, ".exe");
}

/** Throws a UserError outside of tmux. */
async function setInTmux(variables: ShellVariables): Promise<void> {
  const tmux = findCommand("tmux");
  if (!process.env["TMUX"] || tmux === undefined) throw noTmux();
  for (const [name, value] of variables) {
    const finished = await runProgram(
      tmux,
      ["set-environment", name, value],
      TIMEOUT,
    );
    if (finished.code !== 0) throw tmuxRefused(reasonOf(finished));
  }
  const names = variables.map(([name]) => name).join(" ");
  process.stderr.write(
    `Set in this tmux session, for new panes: ${names}. In this one: eval "$(berth env)"\n`,
  );
}

function print(text: string): void {
  process.stdout.write(text);
}
