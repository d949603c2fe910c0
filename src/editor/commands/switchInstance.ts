import { pickTarget } from "../views/picker";
import { canSwitch, show, switchTo } from "../instances/target";
import type { Command } from "./command";

export const switchInstance: Command = async (berth, worktree) => {
  if (worktree !== undefined) {
    await show(berth.instances, worktree);
    return;
  }
  const target = await pickTarget(berth, {
    title: "Berth: Switch Instance",
    placeholder: "Choose the instance to switch to",
    accepts: canSwitch,
  });
  if (target) await switchTo(berth, target);
};
