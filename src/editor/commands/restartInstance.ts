import { pickTarget } from "../views/picker";
import { canRestart, restart } from "../instances/target";
import type { Command } from "./command";

export const restartInstance: Command = async (context) => {
  const running = context.instances.views
    .map((view) => ({ kind: "own", view }) as const)
    .filter(canRestart);
  const target =
    running.length === 1
      ? running[0]
      : await pickTarget(context, {
          title: "Berth: Restart Instance",
          placeholder: "Choose the instance of this window to restart",
          accepts: canRestart,
        });
  if (target) await restart(context, target);
};
