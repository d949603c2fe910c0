// Tells an MCP client of Berth, once and for every worktree: shown first, written when the user agrees.
import { existsSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type SetupClient,
  setupClientIds,
  setupClients,
} from "../../core/agents/setupClients";
import { launcherFile } from "../../core/commandLine/launcher";
import { berthHome } from "../../core/registry/locations";
import { findCommand } from "../../core/system/findCommand";
import { quoteForSh } from "../../core/system/quoteForSh";
import { defineCommand, type ExitCode, exitCodes } from "../command";
import { badUsage, clientRefuses, noClientProgram, needsYes } from "../errors";
import { reasonOf, runProgram } from "../runProgram";
import { type Means, means, type ServerLine } from "../setup/clients";
import { applyEdit, planEdit } from "../setup/editFile";
import { confirm } from "../terminal";

/** Where npx and npm scripts have the commands of packages. */
const NPM_COMMANDS = path.join("node_modules", ".bin");
/** Milliseconds: some clients take seconds to start. */
const TIMEOUT = 60_000;

export const setup = defineCommand({
  description: `Tells an MCP client of Berth: one line without a port, which is right in every worktree. It is shown first.\nClients: ${setupClientIds.join(", ")}.`,
  operands: [{ name: "client", completes: setupClientIds }],
  options: {
    remove: { type: "boolean", help: "Take the line away again." },
    print: { type: "boolean", help: "Only show it." },
    yes: { type: "boolean", help: "Do not ask." },
  },
  examples: [
    ["berth setup claude", "For Claude Code, by claude mcp add."],
    ["berth setup zed --print", "Show what would be written."],
    ["berth setup codex --remove", "As if it had never been."],
  ],
  async run([name = ""], { remove = false, print = false, yes = false }) {
    const client = setupClientIds.find((each) => each === name);
    if (!client)
      throw badUsage(`The client is one of ${setupClientIds.join(", ")}`);
    const how = means[client];
    const step = { client, remove, print, yes };
    return how.kind === "command" ? byCommand(how, step) : byFile(how, step);
  },
});

interface Step {
  readonly client: SetupClient;
  readonly remove: boolean;
  readonly print: boolean;
  readonly yes: boolean;
}

async function byCommand(
  { program, add, remove }: Extract<Means, { kind: "command" }>,
  step: Step,
): Promise<ExitCode> {
  const args = step.remove ? remove : add(serverLine());
  const file = findCommand(program);
  process.stdout.write(`${[program, ...args].map(quote).join(" ")}\n`);
  if (step.print) return exitCodes.done;
  if (file === undefined)
    throw noClientProgram(program, setupClients[step.client]);
  if (!(await agreed(step, `Run it?`))) return exitCodes.failed;
  const finished = await runProgram(file, args, TIMEOUT);
  if (finished.code !== 0)
    throw clientRefuses(setupClients[step.client], reasonOf(finished));
  return told(step);
}

async function byFile(
  { file, keys, entry }: Extract<Means, { kind: "file" }>,
  step: Step,
): Promise<ExitCode> {
  const configured = await file(process.env);
  const value = step.remove ? undefined : entry(serverLine());
  const edit = await planEdit(configured, keys, value);
  if (isDeepStrictEqual(edit.current, value)) {
    process.stderr.write(
      step.remove
        ? `${edit.file} has no such line.\n`
        : `${edit.file} has that line already.\n`,
    );
    return exitCodes.done;
  }
  const [last = ""] = keys.slice(-1);
  const shown = step.remove
    ? "(removed)"
    : JSON.stringify({ [last]: value }, null, 2);
  process.stdout.write(
    `${edit.file}, in "${keys.slice(0, -1).join(".")}":\n${shown}\n`,
  );
  if (!step.remove && edit.current !== undefined)
    process.stdout.write(
      `in place of:\n${JSON.stringify({ [last]: edit.current }, null, 2)}\n`,
    );
  if (step.print) return exitCodes.done;
  if (!(await agreed(step, "Write it?"))) return exitCodes.failed;
  const copy = await applyEdit(edit);
  if (copy !== undefined)
    process.stderr.write(`What was there is in ${copy}.\n`);
  return told(step);
}

async function agreed(
  { yes, client }: Step,
  question: string,
): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) throw needsYes("written", `berth setup ${client}`);
  return confirm(question);
}

function told({ client, remove }: Step): ExitCode {
  const name = setupClients[client];
  process.stderr.write(
    remove
      ? `${name} does not know of Berth any more. Start it anew.\n`
      : `${name} knows of Berth now. Start it anew, in any worktree.\n`,
  );
  return exitCodes.done;
}

/**
 * By the launcher that the extension keeps, whatever PATH the client has; else by name where it is installed, else by npx. The PATH of
 * this process says little: terminals of VS Code have the launcher on it, and npx its own packages.
 */
function serverLine(): ServerLine {
  const launcher = launcherFile(berthHome());
  if (existsSync(launcher)) return { command: launcher, args: ["connect"] };
  const found = findCommand("berth");
  return found === undefined || found.includes(NPM_COMMANDS)
    ? { command: "npx", args: ["-y", "berth", "connect"] }
    : { command: "berth", args: ["connect"] };
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quoteForSh(word);
}
