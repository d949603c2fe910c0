// Every action on a backend's row.
import * as vscode from "vscode";
import type { BackendView } from "../../host/backendContract";
import type { Target, TargetContext } from "./target";

type Kind = BackendView["state"]["kind"];

const IS_IN: Readonly<Record<"start" | "restart" | "stop", readonly Kind[]>> = {
  start: ["stopped", "failed", "refused"],
  restart: ["ready", "backoff"],
  stop: ["starting", "ready", "backoff"],
};

export function canStartBackend(target: Target): boolean {
  return isIn(target, IS_IN.start);
}

export function canRestartBackend(target: Target): boolean {
  return isIn(target, IS_IN.restart);
}

export function canStopBackend(target: Target): boolean {
  return isIn(target, IS_IN.stop);
}

export function canShowBackendLog(target: Target): boolean {
  return target.kind === "backend" && target.view.state.kind !== "refused";
}

export function canCopyAddress(target: Target): boolean {
  return addressOf(target) !== undefined;
}

/** Resolves once it serves. Asks the user first where a workspace defines it. Rejects with a UserError. */
export async function startBackend(
  { backends, consents }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind !== "backend") return;
  const { view } = target;
  const { name, state } = view;
  if (
    state.kind === "refused" &&
    consents.isPending(name) &&
    !(await consents.review(name))
  )
    return;
  await backends.request(view);
}

export async function restartBackend(
  { backends }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "backend") await backends.restart(target.view);
}

export async function stopBackend(
  { backends }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "backend") await backends.stop(target.view);
}

export async function showBackendLog(
  { backendLogs, instances }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "backend")
    await backendLogs.show(target.view, instances.labelOf(target.view));
}

export async function copyAddress(
  _context: TargetContext,
  target: Target,
): Promise<void> {
  const address = addressOf(target);
  if (address !== undefined) await vscode.env.clipboard.writeText(address);
}

/** What a click on its row does: it starts, or shows what it writes. */
export function openBackend(
  context: TargetContext,
  target: Target,
): Promise<void> {
  return canStartBackend(target) && !isIn(target, ["failed"])
    ? startBackend(context, target)
    : showBackendLog(context, target);
}

function isIn(target: Target, kinds: readonly Kind[]): boolean {
  return target.kind === "backend" && kinds.includes(target.view.state.kind);
}

function addressOf(target: Target): string | undefined {
  if (target.kind !== "backend" || target.view.state.kind !== "ready")
    return undefined;
  const { url, port } = target.view.state;
  return url ?? `127.0.0.1:${port}`;
}
