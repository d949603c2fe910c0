// Every command by id. To add one: a file in this folder, a line here and an entry in package.json.
import * as vscode from "vscode";
import { messageOf, UserError } from "../../core/errors";
import { escapeMessage } from "../escape";
import { findTarget, type TargetNode } from "../instances/machineTree";
import { targetActions } from "../instances/targetActions";
import type { CommandContext, Command } from "./command";
import { addBackend } from "./addBackend";
import { restartBackend, showBackendLog, stopBackend } from "./backendCommands";
import { addFile } from "./addFile";
import {
  acceptAllDiffs,
  acceptDiff,
  rejectAllDiffs,
  rejectDiff,
  rejectDiffWithReason,
} from "./decideDiff";
import { reviewNextDiff, reviewPreviousDiff } from "./reviewDiff";
import { copyEnvironment } from "./copyEnvironment";
import { copyDiagnostics } from "./copyDiagnostics";
import { connectAgent } from "./connectAgent";
import { installCommand } from "./installCommand";
import { killAllInstances } from "./killAllInstances";
import { killInstance } from "./killInstance";
import { listInstances } from "./listInstances";
import { newWorktree } from "./newWorktree";
import { openTerminal } from "./openTerminal";
import { restartInstance } from "./restartInstance";
import { restartServer } from "./restartServer";
import { sendSelection } from "./sendSelection";
import { sendSelectionTo } from "./sendSelectionTo";
import { showLog } from "./showLog";
import { showTerminal } from "./showTerminal";
import { startInstance } from "./startInstance";
import { switchInstance } from "./switchInstance";
import {
  lockWorktree,
  pruneWorktrees,
  removeWorktree,
  repairWorktrees,
  unlockWorktree,
} from "./worktreeCommands";

const commands: Readonly<Record<string, Command>> = {
  listInstances,
  switchInstance,
  killInstance,
  killAllInstances,
  startInstance,
  restartInstance,
  restartServer,
  openTerminal,
  showTerminal,
  sendSelection,
  sendSelectionTo,
  addFile,
  reviewNextDiff,
  reviewPreviousDiff,
  acceptDiff,
  rejectDiff,
  rejectDiffWithReason,
  acceptAllDiffs,
  rejectAllDiffs,
  showLog,
  copyDiagnostics,
  addBackend,
  restartBackend,
  stopBackend,
  showBackendLog,
  installCommand,
  connectAgent,
  copyEnvironment,
  newWorktree,
  removeWorktree,
  lockWorktree,
  unlockWorktree,
  pruneWorktrees,
  repairWorktrees,
};

/** Registers all commands; the caller disposes them. This is the edge that shows their errors to the user. */
export function registerCommands(context: CommandContext): vscode.Disposable[] {
  const register = (
    id: string,
    run: (argument: unknown, selected: unknown) => Promise<void>,
  ) =>
    vscode.commands.registerCommand(
      `berth.${id}`,
      async (argument: unknown, selected: unknown) => {
        try {
          await run(argument, selected);
        } catch (error) {
          await report(context, error);
        }
      },
    );
  return [
    ...Object.entries(commands).map(([id, command]) =>
      register(id, (argument, selected) =>
        command(context, filesOf(argument, selected)),
      ),
    ),
    // The tree passes the row, and a link its key.
    ...targetActions.map((action) =>
      register(`row.${action.id}`, async (row) => {
        const target =
          typeof row === "string"
            ? findTarget(context, row)
            : (row as Partial<TargetNode> | undefined)?.target;
        if (target) await action.run(context, target);
      }),
    ),
  ];
}

/** Adds the agent to the terminal `+` menu. Shows errors itself, because VS Code would not show their message. */
export function registerAgentProfile(
  context: CommandContext,
): vscode.Disposable {
  return vscode.window.registerTerminalProfileProvider("berth.agent", {
    async provideTerminalProfile() {
      try {
        const profile = await context.terminals.profile();
        if (profile) return profile;
      } catch (error) {
        void report(context, error);
      }
      // Without a profile VS Code shows a message of its own; an error with an empty message suppresses it.
      throw new Error("");
    },
  });
}

/** File menus pass the clicked file; the explorer also passes the whole selection. */
function filesOf(clicked: unknown, selected: unknown): vscode.Uri[] {
  const all = Array.isArray(selected) ? (selected as unknown[]) : [];
  const files = all.filter((each) => each instanceof vscode.Uri);
  if (files.length > 0) return files;
  return clicked instanceof vscode.Uri ? [clicked] : [];
}

async function report({ log }: CommandContext, error: unknown): Promise<void> {
  const message = messageOf(error);
  if (!(error instanceof UserError))
    log.error(error instanceof Error ? error : message);
  const showLog = "Show Log";
  if (
    (await vscode.window.showErrorMessage(escapeMessage(message), showLog)) ===
    showLog
  )
    log.show();
}
