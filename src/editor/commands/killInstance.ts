import { pickTarget } from "../views/picker";
import { canKill, kill } from "../instances/kill";
import type { Command } from "./command";

export const killInstance: Command = async (context) => {
  const target = await pickTarget(context, {
    title: "Berth: Kill Instance",
    placeholder: "Choose the instance to stop, in this window or another",
    accepts: canKill,
  });
  if (target) await kill(context, target);
};
