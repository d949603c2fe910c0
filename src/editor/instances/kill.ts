// Stopping an instance of any window, after a question where somebody would lose something by it.
import * as vscode from "vscode";
import {
  formatUse,
  keepRunning,
  killQuestion,
  killTakesEditor,
  processIsGone,
  waitsForStop,
} from "../../core/messages/kill";
import { unwrap } from "../../core/outcome";
import type { MachineInstance, Stop } from "../../host/machineContract";
import { escapeMessage } from "../escape";
import type { Target, TargetContext } from "./target";

/** Of the instances that windows have. */
type Killed = Extract<Target, { kind: "own" | "remote" }>;

export function canKill(target: Target): target is Killed {
  return (
    (target.kind === "own" && target.view.state.kind === "running") ||
    (target.kind === "remote" && target.listed.liveness !== "foreign")
  );
}

/**
 * Stops it in the windows that run it, where it stays stopped until started again. Where it does not answer, the user hears
 * why. Rejects with a UserError.
 */
export async function kill(
  context: TargetContext,
  target: Target,
): Promise<void> {
  if (!canKill(target)) return;
  if (!(await confirmKill(nameOf(target), usesOf(context, target)))) return;
  let stop = await stopNow(context, target);
  while (stop.kind === "unanswered") {
    const { isGone, why } = stop;
    const act = isGone ? "Clean Up" : "Wait";
    const message = isGone ? processIsGone(nameOf(target)) : why;
    if (
      (await vscode.window.showWarningMessage(escapeMessage(message), act)) !==
      act
    )
      return;
    stop = isGone
      ? await cleanUp(context, target)
      : await vscode.window.withProgress(
          {
            location: vscode.ProgressLocation.Notification,
            title: escapeMessage(waitsForStop(nameOf(target))),
          },
          () => stopNow(context, target),
        );
  }
}

/** Asks only if there are any; see usesOf. VS Code's own Cancel is the last button, and its first one has the focus. */
export async function confirmKill(
  name: string,
  uses: readonly string[],
): Promise<boolean> {
  if (uses.length === 0) return true;
  const kill = "Kill";
  const answer = await vscode.window.showWarningMessage(
    killQuestion(name),
    { modal: true, detail: `${uses.join("\n")}\n\n${killTakesEditor}` },
    keepRunning,
    kill,
  );
  return answer === kill;
}

/** Once, without a question. */
export async function stopNow(
  { connection }: TargetContext,
  target: Killed,
): Promise<Stop> {
  if (target.kind === "remote")
    return unwrap(await connection.host.stopRemote(target.listed.instanceId));
  await connection.host.stop(target.view.worktree);
  return { kind: "stopped" };
}

/** The agents that are connected, and how many diffs of each wait: a line each. As it is now, not when its row was drawn. */
export function usesOf({ machine }: TargetContext, target: Killed): string[] {
  const instance = machine.of(worktreeOf(target));
  return instance ? formatUses(instance) : [];
}

export function formatUses({
  clients,
  diffs,
}: Pick<MachineInstance, "clients" | "diffs">): string[] {
  const connected = new Set(clients.map(({ id }) => id));
  const others = diffs.filter(({ client }) => !connected.has(client));
  return [
    ...clients.map(({ id, label }) =>
      formatUse(label, diffs.filter(({ client }) => client === id).length),
    ),
    ...[...new Set(others.map(({ agent }) => agent))].map((agent) =>
      formatUse(agent, others.filter((diff) => diff.agent === agent).length),
    ),
  ];
}

export function nameOf(target: Killed): string {
  return target.kind === "own" ? target.view.name : target.listed.name;
}

export function worktreeOf(target: Killed): string {
  return target.kind === "own" ? target.view.worktree : target.listed.worktree;
}

async function cleanUp(
  { connection }: TargetContext,
  target: Killed,
): Promise<Stop> {
  if (target.kind === "remote")
    unwrap(await connection.host.cleanUp(target.listed.instanceId));
  return { kind: "stopped" };
}
