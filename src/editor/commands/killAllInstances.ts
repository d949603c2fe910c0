import * as vscode from "vscode";
import { messageOf, UserError } from "../../core/errors";
import { canKill, kill, type Target } from "../instances/target";
import type { Command } from "./command";

/** Asks once, with how many and where; then stops them all at the same time and says which did not stop. */
export const killAllInstances: Command = async (berth) => {
  const { instances } = await berth.connection.host.list();
  const own = berth.instances.views
    .map((view): Target => ({ kind: "own", view }))
    .filter(canKill);
  const ownIds = new Set(
    berth.instances.views.map(
      ({ state }) => state.kind === "running" && state.instanceId,
    ),
  );
  const remote = instances
    .filter(({ record }) => !ownIds.has(record.instanceId))
    .map((listed): Target => ({ kind: "remote", listed }))
    .filter(canKill);
  const all = [...own, ...remote];
  if (all.length === 0) {
    await vscode.window.showInformationMessage(
      "No instance is running on this machine.",
    );
    return;
  }
  const where = [
    count(own.length, "in this window"),
    count(remote.length, "in other windows"),
  ].filter((part) => part !== "");
  const killAll = "Kill All";
  const answer = await vscode.window.showWarningMessage(
    `Kill ${all.length === 1 ? "the one instance" : `all ${all.length} instances`} on this machine?`,
    {
      modal: true,
      detail: `${where.join(", ")}:\n${all.map(nameOf).join("\n")}\n\nTheir agents lose the editor. Each instance can be started again in its own window.`,
    },
    killAll,
  );
  if (answer !== killAll) return;
  const outcomes = await Promise.allSettled(
    all.map((target) => kill(berth, target)),
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [messageOf(outcome.reason)] : [],
  );
  if (failures.length > 0) throw new UserError(failures.join(" "));
};

function count(number: number, where: string): string {
  return number === 0 ? "" : `${number} ${where}`;
}

function nameOf(target: Target): string {
  switch (target.kind) {
    case "own":
      return `${target.view.name} (${target.view.worktree})`;
    case "remote":
      return `${target.listed.record.name} (${target.listed.record.worktree})`;
    case "notRunning":
    case "otherEditor":
      return "";
  }
}
