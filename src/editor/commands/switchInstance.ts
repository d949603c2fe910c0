import { pickTarget } from "../views/picker";
import { canSwitch, switchTo } from "../instances/target";
import type { Command } from "./command";

export const switchInstance: Command = async (context) => {
  const target = await pickTarget(context, {
    title: "Berth: Switch Instance",
    placeholder: "Choose the instance to switch to",
    accepts: canSwitch,
  });
  if (target) await switchTo(context, target);
};
