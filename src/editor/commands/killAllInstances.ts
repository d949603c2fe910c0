import * as vscode from "vscode";
import { messageOf, UserError } from "../../core/errors";
import {
  formatCountsByWindow,
  killAllQuestion,
} from "../../core/messages/instances";
import {
  formatKilled,
  keepRunning,
  killTakesEditor,
} from "../../core/messages/kill";
import {
  canKill,
  nameOf,
  stopNow,
  usesOf,
  worktreeOf,
} from "../instances/kill";
import type { Target } from "../instances/target";
import type { Command } from "./command";

/** Confirms once, with counts, locations and who uses them, then stops all in parallel and reports those that failed. */
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
  const rows = targets.map((target) =>
    formatKilled(nameOf(target), worktreeOf(target), usesOf(context, target)),
  );
  const killAll = "Kill All";
  const answer = await vscode.window.showWarningMessage(
    killAllQuestion(targets.length),
    {
      modal: true,
      detail: `${formatCountsByWindow(own.length, remote.length)}:\n${rows.join("\n")}\n\nTheir agents lose the editor. ${killTakesEditor} Each instance can be started again in its own window.`,
    },
    keepRunning,
    killAll,
  );
  if (answer !== killAll) return;
  const outcomes = await Promise.allSettled(
    targets.map(async (target) => {
      const stop = await stopNow(context, target);
      if (stop.kind === "unanswered") throw new UserError(stop.why);
    }),
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [messageOf(outcome.reason)] : [],
  );
  if (failures.length > 0) throw new UserError(failures.join(" "));
};
