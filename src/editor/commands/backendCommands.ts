// The commands that do one thing with one backend: the only one, or the chosen one.
import * as vscode from "vscode";
import { messageOf, UserError } from "../../core/errors";
import { escapeMessage } from "../escape";
import {
  canRestartBackend,
  canShowBackendLog,
  canStartBackend,
  canStopBackend,
  restartBackend as restart,
  showBackendLog as showLog,
  startBackend as start,
  stopBackend as stop,
} from "../instances/backendTarget";
import type { Target, TargetContext } from "../instances/target";
import { pickTarget } from "../views/picker";
import type { Command } from "./command";

interface BackendCommand {
  readonly title: string;
  readonly placeholder: string;
  readonly none: string;
  readonly accepts: (target: Target) => boolean;
  readonly run: (context: TargetContext, target: Target) => Promise<void>;
}

/** One that has failed or is stopped starts. */
export const restartBackend = commandOf({
  title: "Berth: Restart Backend",
  placeholder: "Choose the backend to restart",
  none: "No backend of this window can be started or restarted now. Berth: Add Backend... defines one.",
  accepts: (target) => canRestartBackend(target) || canStartBackend(target),
  run: (context, target) =>
    canStartBackend(target) ? start(context, target) : restart(context, target),
});

export const stopBackend = commandOf({
  title: "Berth: Stop Backend",
  placeholder: "Choose the backend to stop; it starts again on demand",
  none: "No backend of this window runs.",
  accepts: canStopBackend,
  run: stop,
});

export const showBackendLog = commandOf({
  title: "Berth: Show Backend Log",
  placeholder: "Choose the backend whose output you want to see",
  none: "No worktree of this window has a backend. Berth: Add Backend... defines one.",
  accepts: canShowBackendLog,
  run: showLog,
});

function commandOf(command: BackendCommand): Command {
  return async (context) => {
    const { title, placeholder, none, accepts, run } = command;
    const targets = context.backends.views
      .map((view) => ({ kind: "backend", view }) as const)
      .filter(accepts);
    const [only] = targets;
    if (!only) {
      await vscode.window.showInformationMessage(none);
      return;
    }
    const target =
      targets.length === 1
        ? only
        : await pickTarget(context, { title, placeholder, accepts });
    if (target) await runShown(context, target, run);
  };
}

/** What fails is best explained by what the backend has written. */
async function runShown(
  context: TargetContext,
  target: Target,
  run: BackendCommand["run"],
): Promise<void> {
  try {
    await run(context, target);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const show = "Show Backend Log";
    const answer = await vscode.window.showErrorMessage(
      escapeMessage(messageOf(error)),
      show,
    );
    if (answer === show) await showLog(context, target);
  }
}
