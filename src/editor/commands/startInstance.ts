import * as vscode from "vscode";
import { pickTarget } from "../views/picker";
import { canStart, start } from "../instances/start";
import type { Command } from "./command";

/** Starts a stopped instance of this or another window, or one for another worktree of its repositories. */
export const startInstance: Command = async (context) => {
  const { stopped, notRunning } = context.machine.view;
  const own = context.instances.views.map(
    (view) => ({ kind: "own", view }) as const,
  );
  const targets = [
    ...own,
    ...stopped.map((listed) => ({ kind: "stopped", listed }) as const),
    ...notRunning.map((listed) => ({ kind: "notRunning", listed }) as const),
  ].filter(canStart);
  const [only] = targets;
  if (only === undefined) {
    await vscode.window.showInformationMessage(
      own.length === 0
        ? "This window has no worktree to start an instance for. Open a folder first."
        : "Every worktree of this window has its instance already.",
    );
    return;
  }
  // A single stopped instance of this window needs no choice.
  const target =
    targets.length === 1 && only.kind === "own"
      ? only
      : await pickTarget(context, {
          title: "Berth: Start Instance",
          placeholder: "Choose the worktree to start an instance for",
          accepts: canStart,
        });
  if (target) await start(context, target);
};
