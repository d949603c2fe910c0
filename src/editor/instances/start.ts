// Starting an instance: in this window, or in the one that has its worktree open.
import * as vscode from "vscode";
import { stopNamed, usedLeastRecently } from "../../core/messages/limit";
import { unwrap } from "../../core/outcome";
import type { LeastUsed } from "../../host/contract";
import { escapeMessage } from "../escape";
import { confirmKill, formatUses } from "./kill";
import type { Target, TargetContext } from "./target";

export function canStart(target: Target): boolean {
  return (
    target.kind === "notRunning" ||
    target.kind === "stopped" ||
    (target.kind === "own" &&
      (target.view.state.kind === "stopped" ||
        target.view.state.kind === "failed"))
  );
}

/** Rejects with a UserError. */
export async function start(
  context: TargetContext,
  target: Target,
): Promise<void> {
  const { connection, instances } = context;
  if (target.kind === "own") await startHere(context, target.view.worktree);
  else if (target.kind === "stopped")
    unwrap(await connection.host.startRemote(target.listed.worktree));
  else if (target.kind === "notRunning") {
    const worktree = await startHere(context, target.listed.path);
    if (worktree !== undefined) instances.activate(worktree);
  }
}

/** undefined: the window is at its limit, and its user stops no other one for it. Rejects with a UserError. */
export async function startHere(
  context: TargetContext,
  worktree: string,
): Promise<string | undefined> {
  const { host } = context.connection;
  const outcome = await host.start(worktree);
  const least =
    outcome.kind === "failed" && isAtLimit(context)
      ? await host.leastUsed()
      : null;
  if (outcome.kind === "done" || least === null) return unwrap(outcome);
  return offerPlace(context, outcome.message, least, worktree);
}

/** Offers to stop one for the other, whose path is returned once it runs; undefined: it does not. Rejects with a UserError. */
export async function offerPlace(
  { connection, machine }: TargetContext,
  why: string,
  least: LeastUsed,
  worktree: string,
): Promise<string | undefined> {
  const stop = stopNamed(least.name);
  const openSettings = "Open Settings";
  const answer = await vscode.window.showWarningMessage(
    escapeMessage(`${why} ${usedLeastRecently(least.name)}`),
    stop,
    openSettings,
  );
  if (answer === openSettings)
    await vscode.commands.executeCommand(
      "workbench.action.openSettings",
      "@id:berth.maxInstances",
    );
  if (answer !== stop) return undefined;
  const stopped = machine.of(least.worktree);
  const uses = stopped ? formatUses(stopped) : [];
  if (!(await confirmKill(least.name, uses))) return undefined;
  return unwrap(await connection.host.start(worktree, least.worktree));
}

function isAtLimit({ instances, settings }: TargetContext): boolean {
  const running = instances.views.filter(({ state }) =>
    ["starting", "running"].includes(state.kind),
  );
  return running.length >= settings.value.maxInstances;
}
