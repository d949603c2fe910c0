// Every action on a backend's row.
import type { BackendName, BackendView } from "../../host/backendContract";
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

/** Resolves once it serves. Asks the user first where a workspace defines it. Rejects with a UserError. */
export async function startBackend(
  context: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "otherBackend") await restartBackend(context, target);
  if (target.kind !== "backend") return;
  const { backends, consents } = context;
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
  const name = nameOf(target);
  if (name) await backends.restart(name);
}

export async function stopBackend(
  { backends }: TargetContext,
  target: Target,
): Promise<void> {
  const name = nameOf(target);
  if (name) await backends.stop(name);
}

export async function showBackendLog(
  { backendLogs, instances }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "backend")
    await backendLogs.show(target.view, instances.labelOf(target.view));
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
  if (target.kind === "otherBackend")
    return kinds.includes(target.backend.state);
  return target.kind === "backend" && kinds.includes(target.view.state.kind);
}

function nameOf(target: Target): BackendName | undefined {
  if (target.kind === "backend") return target.view;
  if (target.kind !== "otherBackend") return undefined;
  const { backend, instance } = target;
  return { worktree: instance.worktree, name: backend.name };
}
