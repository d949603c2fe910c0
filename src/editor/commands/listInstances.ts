import { pickTarget } from "../views/picker";
import { review } from "../instances/agentTarget";
import { openBackend } from "../instances/backendTarget";
import { canStart, start } from "../instances/start";
import { switchTo } from "../instances/target";
import type { Command } from "./command";

/** Lists everything on this machine; choosing a row switches to it, starts it, shows a diff, or shows a backend's log. */
export const listInstances: Command = async (context) => {
  const target = await pickTarget(context, {
    title: "Berth: Instances on This Machine",
    placeholder: "Choose an instance to switch to",
    accepts: () => true,
  });
  if (target?.kind === "backend") await openBackend(context, target);
  else if (target?.kind === "diff") await review(context, target);
  else if (target?.kind === "own" && canStart(target))
    await start(context, target);
  else if (target) await switchTo(context, target);
};
