import * as vscode from "vscode";
import { messageOf, UserError } from "../../core/errors";
import {
  formatCountsByWindow,
  killAllQuestion,
} from "../../core/messages/instances";
import { canKill, kill, type Target } from "../instances/target";
import type { Command } from "./command";

/** Confirms once, with counts and locations, then stops all in parallel and reports those that failed. */
export const killAllInstances: Command = async (context) => {
  const { instances, machine } = context;
  machine.replace(await context.connection.host.list());
  const own = instances.views
    .map((view): Target => ({ kind: "own", view }))
    .filter(canKill);
  const remote = machine
    .beside(instances)
    .map((listed): Target => ({ kind: "remote", listed }))
    .filter(canKill);
  const targets = [...own, ...remote];
  if (targets.length === 0) {
    await vscode.window.showInformationMessage(
      "No instance is running on this machine.",
    );
    return;
  }
  const killAll = "Kill All";
  const answer = await vscode.window.showWarningMessage(
    killAllQuestion(targets.length),
    {
      modal: true,
      detail: `${formatCountsByWindow(own.length, remote.length)}:\n${targets.map(nameOf).join("\n")}\n\nTheir agents lose the editor. Each instance can be started again in its own window.`,
    },
    killAll,
  );
  if (answer !== killAll) return;
  const outcomes = await Promise.allSettled(
    targets.map((target) => kill(context, target)),
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [messageOf(outcome.reason)] : [],
  );
  if (failures.length > 0) throw new UserError(failures.join(" "));
};

function nameOf(target: Target): string {
  switch (target.kind) {
    case "own":
      return `${target.view.name} (${target.view.worktree})`;
    case "remote":
      return `${target.listed.name} (${target.listed.worktree})`;
    case "backend":
    case "otherBackend":
    case "notRunning":
    case "otherEditor":
    case "elsewhere":
    case "agent":
    case "diff":
      return "";
  }
}
