// What a row puts on the clipboard: where its server is, or the variables by which agents find it.
import path from "node:path";
import * as vscode from "vscode";
import { shellLines, shellVariables } from "../../core/agents/shellVariables";
import type { MachineInstance } from "../../host/machineContract";
import type { Target, TargetContext } from "./target";

/** Milliseconds for which the status bar says that something was copied. */
const STATUS_MESSAGE_DURATION = 2_000;

/** Of a backend. */
export function canCopyAddress(target: Target): boolean {
  return addressOf(target) !== undefined;
}

export async function copyAddress(
  _context: TargetContext,
  target: Target,
): Promise<void> {
  const address = addressOf(target);
  if (address !== undefined) await copy(address);
}

export function canCopyEndpoint(
  target: Target,
  context: TargetContext,
): boolean {
  return instanceOf(target, context) !== undefined;
}

/** Of the instance, as any MCP client wants it. */
export async function copyEndpoint(
  context: TargetContext,
  target: Target,
): Promise<void> {
  const instance = instanceOf(target, context);
  if (instance) await copy(`http://${at(instance.port)}/mcp`);
}

export function canCopyEnvironment(
  target: Target,
  context: TargetContext,
): boolean {
  return instanceOf(target, context) !== undefined;
}

/** As lines for the user's shell, without secrets. */
export async function copyEnvironment(
  context: TargetContext,
  target: Target,
): Promise<void> {
  const instance = instanceOf(target, context);
  if (!instance) return;
  const backends = instance.backends.flatMap(({ name, port, url }) =>
    port === null ? [] : [{ name, port, url }],
  );
  const shell = path.basename(vscode.env.shell, ".exe");
  const variables = shellVariables(instance, backends, process.env);
  await copy(shellLines(shell, variables));
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage("$(check) Copied", STATUS_MESSAGE_DURATION);
}

function addressOf(target: Target): string | undefined {
  if (target.kind === "otherBackend") {
    const { url, port } = target.backend;
    return url ?? (port === null ? undefined : at(port));
  }
  if (target.kind !== "backend") return undefined;
  const { state } = target.view;
  return state.kind === "ready" ? (state.url ?? at(state.port)) : undefined;
}

function at(port: number): string {
  return `127.0.0.1:${port}`;
}

/** That runs on this machine. */
function instanceOf(
  target: Target,
  { machine }: TargetContext,
): MachineInstance | undefined {
  if (target.kind === "own") return machine.of(target.view.worktree);
  return target.kind === "remote" && target.listed.liveness !== "foreign"
    ? target.listed
    : undefined;
}
