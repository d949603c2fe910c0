// One row of the instance list, and every action on it.
import * as vscode from "vscode";
import { unwrap } from "../../core/outcome";
import { canonicalPath } from "../../core/system/paths";
import { contains } from "../../core/system/paths";
import type { OtherEditor } from "../../core/registry/lockFiles";
import type { BackendView, MachineBackend } from "../../host/backendContract";
import type {
  ClientView,
  MachineInstance,
  SiblingWorktree,
  StoppedInstance,
  WaitingDiff,
} from "../../host/machineContract";
import type { InstanceView } from "../../host/contract";
import type { BackendList } from "../backends/backendList";
import type { BackendLogs } from "../backends/backendLogs";
import type { Consents } from "../backends/consents";
import type { DiffReview, PendingDiff } from "../diffs/diffReview";
import type { CurrentSettings } from "../settings/settings";
import type { HostConnection } from "../window/hostConnection";
import type { AgentTerminals } from "../terminals/agentTerminals";
import type { Machine } from "./machine";
import type { MachineAnswer, OtherMachines } from "./otherMachines";
import type { Usage } from "./usage";
import type { WindowInstances } from "./windowInstances";

export type Target =
  /** A worktree of this window, with its instance in any state. */
  | { readonly kind: "own"; readonly view: InstanceView }
  /** An instance of another window or process. */
  | { readonly kind: "remote"; readonly listed: MachineInstance }
  /** Of another window, where it does not run. */
  | { readonly kind: "stopped"; readonly listed: StoppedInstance }
  | {
      readonly kind: "notRunning";
      readonly listed: SiblingWorktree;
    }
  | {
      readonly kind: "otherEditor";
      readonly listed: OtherEditor;
    }
  /** An instance on another machine, or that machine if it is away. */
  | { readonly kind: "elsewhere"; readonly answer: MachineAnswer }
  /** One of a worktree of this window; see backendTarget.ts. */
  | { readonly kind: "backend"; readonly view: BackendView }
  /** The same of a worktree of another window. */
  | {
      readonly kind: "otherBackend";
      readonly backend: MachineBackend;
      readonly instance: MachineInstance;
    }
  /** Of an instance of any window; see agentTarget.ts. */
  | {
      readonly kind: "agent";
      readonly client: ClientView;
      readonly instance: MachineInstance;
    }
  | {
      readonly kind: "diff";
      readonly diff: WaitingDiff;
      readonly instance: MachineInstance;
    };

export interface TargetContext {
  readonly instances: WindowInstances;
  readonly machine: Machine;
  readonly backends: BackendList;
  readonly backendLogs: BackendLogs;
  readonly consents: Consents;
  readonly diffs: DiffReview;
  readonly terminals: AgentTerminals;
  readonly connection: HostConnection;
  readonly machines: OtherMachines;
  readonly usage: Usage;
  readonly settings: CurrentSettings;
}

export function canSend(target: Target): boolean {
  return (
    (target.kind === "own" && target.view.state.kind === "running") ||
    (target.kind === "remote" && target.listed.liveness === "live")
  );
}

export function canRestart(target: Target): boolean {
  return target.kind === "own" && target.view.state.kind === "running";
}

export function canSwitch(target: Target): boolean {
  if (target.kind === "elsewhere") return "instance" in target.answer;
  return ["own", "remote", "stopped", "notRunning"].includes(target.kind);
}

/** Those of it that this window shows, oldest first. */
export function diffsOf(
  target: Target,
  { diffs }: TargetContext,
): readonly PendingDiff[] {
  return diffs.pending.filter(({ proposal }) => {
    switch (target.kind) {
      case "own":
        return proposal.worktree === target.view.worktree;
      case "agent":
        return proposal.client === target.client.id;
      case "diff":
        return proposal.id === target.diff.id;
      default:
        return false;
    }
  });
}

export function canDecide(target: Target, context: TargetContext): boolean {
  return target.kind !== "agent" && diffsOf(target, context).length > 0;
}

export function canDecideAll(target: Target, context: TargetContext): boolean {
  return target.kind === "agent" && diffsOf(target, context).length > 0;
}

export async function acceptOldest(
  context: TargetContext,
  target: Target,
): Promise<void> {
  const [diff] = diffsOf(target, context);
  if (diff) await context.diffs.accept(diff);
}

export async function rejectOldest(
  context: TargetContext,
  target: Target,
): Promise<void> {
  const [diff] = diffsOf(target, context);
  if (diff) await context.diffs.reject(diff);
}

export function canOpenTerminal(target: Target): boolean {
  return target.kind === "own";
}

export function canShowTerminal(
  target: Target,
  { terminals }: TargetContext,
): boolean {
  return target.kind === "own" && terminals.of(target.view.worktree).length > 0;
}

export async function restart(
  { connection }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "own")
    await connection.host.restart(target.view.worktree);
}

export async function openTerminal(
  { terminals }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "own") await terminals.open(target.view.worktree);
}

export async function showTerminal(
  { terminals }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "own") await terminals.reveal(target.view.worktree);
}

/** Activates and reveals a worktree of this window, or brings another instance's window to the front. */
export async function switchTo(
  context: TargetContext,
  target: Target,
): Promise<void> {
  switch (target.kind) {
    case "own":
      await revealWorktree(context.instances, target.view.worktree);
      return;
    case "remote": {
      const { instanceId } = target.listed;
      unwrap(await context.connection.host.focusRemote(instanceId));
      await openWindowOf(target.listed);
      return;
    }
    case "stopped": {
      const { window, worktree } = target.listed;
      await openWorkspace(window.workspace, worktree);
      return;
    }
    case "notRunning":
      await openFolder(vscode.Uri.file(target.listed.path));
      return;
    case "elsewhere": {
      const { answer } = target;
      if (!("instance" in answer)) return;
      // Remote - SSH opens it, and finds the window that has it open already.
      await openFolder(
        vscode.Uri.from({
          scheme: "vscode-remote",
          authority: `ssh-remote+${answer.host}`,
          path: answer.instance.worktree,
        }),
      );
      return;
    }
    case "backend":
    case "otherBackend":
    case "otherEditor":
    case "agent":
    case "diff":
  }
}

/** Makes a worktree of this window active, and reveals its folder or an open folder inside it. */
export async function revealWorktree(
  instances: WindowInstances,
  worktree: string,
): Promise<void> {
  instances.activate(worktree);
  const root = vscode.Uri.file(worktree);
  const uri = vscode.workspace.getWorkspaceFolder(root)
    ? root
    : vscode.workspace.workspaceFolders?.find(
        (folder) =>
          folder.uri.scheme === "file" &&
          contains(worktree, canonicalPath(folder.uri.fsPath)),
      )?.uri;
  if (uri) await vscode.commands.executeCommand("revealInExplorer", uri);
}

/** Brings the window that leads to the front. */
export async function openWindowOf({
  windows,
  worktree,
}: MachineInstance): Promise<void> {
  const workspace = windows.find(({ lead }) => lead)?.workspace;
  await openWorkspace(workspace ?? null, worktree);
}

/** What a window has open (a URI, or null), else its worktree. */
async function openWorkspace(
  workspace: string | null,
  worktree: string,
): Promise<void> {
  await openFolder(
    workspace !== null && !workspace.startsWith("untitled:")
      ? vscode.Uri.parse(workspace)
      : vscode.Uri.file(worktree),
  );
}

/** Focuses the window that already has it open, else opens a new one; never replaces this one. */
export async function openFolder(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand("vscode.openFolder", uri, {
    forceNewWindow: true,
  });
}
