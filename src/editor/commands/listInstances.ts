import { pickTarget } from "../views/picker";
import { switchTo } from "../instances/target";
import type { Command } from "./command";

/** The list of everything; choosing a row switches to it. */
export const listInstances: Command = async (berth) => {
  const target = await pickTarget(berth, {
    title: "Berth: Instances on This Machine",
    placeholder: "Choose an instance to switch to",
    accepts: () => true,
  });
  if (target) await switchTo(berth, target);
};
