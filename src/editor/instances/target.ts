// One row of the list, and everything that can be done with it.
import * as vscode from "vscode";
import { unwrap } from "../../core/outcome";
import { canonicalPath } from "../../core/system/paths";
import { contains } from "../../core/worktrees/worktree";
import type { Listing } from "../../core/control/machineInstances";
import type { InstanceView } from "../../host/contract";
import type { DiffReview, PendingDiff } from "../diffs/diffReview";
import type { HostConnection } from "../window/hostConnection";
import type { AgentTerminals } from "../terminals/agentTerminals";
import type { WindowInstances } from "./windowInstances";

type Remote = Listing["instances"][number];

export type Target =
  /** A worktree of this window, whatever state its instance is in. */
  | { readonly kind: "own"; readonly view: InstanceView }
  /** An instance of another window or process. */
  | { readonly kind: "remote"; readonly listed: Remote }
  | {
      readonly kind: "notRunning";
      readonly listed: Listing["notRunning"][number];
    }
  | {
      readonly kind: "otherEditor";
      readonly listed: Listing["otherEditors"][number];
    };

export interface Reach {
  readonly instances: WindowInstances;
  readonly diffs: DiffReview;
  readonly terminals: AgentTerminals;
  readonly connection: HostConnection;
}

export function canKill(target: Target): boolean {
  return (
    (target.kind === "own" && target.view.state.kind === "running") ||
    (target.kind === "remote" && target.listed.liveness === "live")
  );
}

export function canSend(target: Target): boolean {
  return canKill(target);
}

export function canStart(target: Target): boolean {
  return (
    target.kind === "notRunning" ||
    (target.kind === "own" &&
      (target.view.state.kind === "stopped" ||
        target.view.state.kind === "failed"))
  );
}

export function canRestart(target: Target): boolean {
  return target.kind === "own" && target.view.state.kind === "running";
}

export function canSwitch(target: Target): boolean {
  return target.kind !== "otherEditor";
}

/** Its diffs that nobody has decided, the oldest first. */
export function diffsOf(
  target: Target,
  { diffs }: Reach,
): readonly PendingDiff[] {
  return target.kind === "own"
    ? diffs.pending.filter(
        ({ proposal }) => proposal.worktree === target.view.worktree,
      )
    : [];
}

export function hasDiff(target: Target, reach: Reach): boolean {
  return diffsOf(target, reach).length > 0;
}

export async function acceptOldest(
  reach: Reach,
  target: Target,
): Promise<void> {
  const [diff] = diffsOf(target, reach);
  if (diff) await reach.diffs.accept(diff);
}

export async function rejectOldest(
  reach: Reach,
  target: Target,
): Promise<void> {
  const [diff] = diffsOf(target, reach);
  if (diff) await reach.diffs.reject(diff);
}

export function canOpenTerminal(target: Target): boolean {
  return target.kind === "own";
}

export function canShowTerminal(target: Target, { terminals }: Reach): boolean {
  return target.kind === "own" && terminals.of(target.view.worktree).length > 0;
}

/** Stops it where it runs; there it stays stopped until somebody asks for it. */
export async function kill(
  { connection }: Reach,
  target: Target,
): Promise<void> {
  if (target.kind === "own") await connection.host.stop(target.view.worktree);
  else if (target.kind === "remote")
    unwrap(await connection.host.stopRemote(target.listed.record.instanceId));
}

export async function start(
  { connection, instances }: Reach,
  target: Target,
): Promise<void> {
  if (target.kind === "own")
    unwrap(await connection.host.start(target.view.worktree));
  else if (target.kind === "notRunning")
    instances.activate(unwrap(await connection.host.start(target.listed.path)));
}

export async function restart(
  { connection }: Reach,
  target: Target,
): Promise<void> {
  if (target.kind === "own")
    await connection.host.restart(target.view.worktree);
}

export async function openTerminal(
  { terminals }: Reach,
  target: Target,
): Promise<void> {
  if (target.kind === "own") await terminals.open(target.view.worktree);
}

export async function showTerminal(
  { terminals }: Reach,
  target: Target,
): Promise<void> {
  if (target.kind === "own") await terminals.reveal(target.view.worktree);
}

/** In this window: makes it the active one and reveals its folder. Of another window: brings that window to the front. */
export async function switchTo(reach: Reach, target: Target): Promise<void> {
  switch (target.kind) {
    case "own":
      await show(reach.instances, target.view.worktree);
      return;
    case "remote": {
      const { instanceId, window, worktree } = target.listed.record;
      unwrap(await reach.connection.host.focusRemote(instanceId));
      await openWindow(
        window?.workspace && !window.workspace.startsWith("untitled:")
          ? vscode.Uri.parse(window.workspace)
          : vscode.Uri.file(worktree),
      );
      return;
    }
    case "notRunning":
      await openWindow(vscode.Uri.file(target.listed.path));
      return;
    case "otherEditor":
  }
}

/** Makes a worktree of this window the active one, and its folder visible where the window has it, or one inside it, open. */
export async function show(
  instances: WindowInstances,
  worktree: string,
): Promise<void> {
  instances.activate(worktree);
  const top = vscode.Uri.file(worktree);
  const uri = vscode.workspace.getWorkspaceFolder(top)
    ? top
    : vscode.workspace.workspaceFolders?.find(
        (folder) =>
          folder.uri.scheme === "file" &&
          contains(worktree, canonicalPath(folder.uri.fsPath)),
      )?.uri;
  if (uri) await vscode.commands.executeCommand("revealInExplorer", uri);
}

/** A window that has it open already comes to the front; this one is never replaced. */
async function openWindow(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand("vscode.openFolder", uri, {
    forceNewWindow: true,
  });
}
