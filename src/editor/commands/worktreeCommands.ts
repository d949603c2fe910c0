// The commands that do one thing with a worktree or a repository that is there.
import { noWorktreeToChoose } from "../../core/worktreeCommandErrors";
import { pickTarget } from "../views/picker";
import type { Target, TargetContext } from "../instances/target";
import {
  lockWorktree as lock,
  unlockWorktree as unlock,
} from "../worktrees/lock";
import { prune, repair } from "../worktrees/mend";
import { removeWorktree as remove } from "../worktrees/removeWorktree";
import { chooseRepository } from "../worktrees/repository";
import { canLock, isLinked, isLocked } from "../worktrees/worktreeRow";
import type { Command } from "./command";

export const removeWorktree = commandOf(
  "Berth: Remove Worktree",
  "removed",
  isLinked,
  remove,
);

export const lockWorktree = commandOf(
  "Berth: Lock Worktree",
  "locked",
  canLock,
  lock,
);

export const unlockWorktree = commandOf(
  "Berth: Unlock Worktree",
  "unlocked",
  isLocked,
  unlock,
);

export const pruneWorktrees: Command = async (context) => {
  const repository = await chooseRepository(context, "Berth: Prune Worktrees");
  if (repository) await prune(repository.directory);
};

export const repairWorktrees: Command = async (context) => {
  const repository = await chooseRepository(context, "Berth: Repair Worktrees");
  if (repository) await repair(repository.directory);
};

function commandOf(
  title: string,
  done: string,
  canRun: (target: Target, context: TargetContext) => boolean,
  run: (context: TargetContext, target: Target) => Promise<void>,
): Command {
  return async (context) => {
    const { instances, machine } = context;
    const accepts = (target: Target): boolean => canRun(target, context);
    const all: readonly Target[] = [
      ...instances.views.map((view) => ({ kind: "own", view }) as const),
      ...machine
        .beside(instances)
        .map((listed) => ({ kind: "remote", listed }) as const),
      ...machine.view.notRunning.map(
        (listed) => ({ kind: "notRunning", listed }) as const,
      ),
    ];
    if (!all.some(accepts)) throw noWorktreeToChoose(done);
    const placeholder = `Choose the worktree to be ${done}`;
    const target = await pickTarget(context, { title, placeholder, accepts });
    if (target) await run(context, target);
  };
}
