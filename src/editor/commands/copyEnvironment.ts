import { canCopyEnvironment, copyEnvironment as copy } from "../instances/copy";
import { pickTarget } from "../views/picker";
import type { Command } from "./command";

/** Of the only worktree of this window that has a server, or of the chosen one. */
export const copyEnvironment: Command = async (context) => {
  const [only, ...others] = context.instances.views
    .map((view) => ({ kind: "own", view }) as const)
    .filter((target) => canCopyEnvironment(target, context));
  const target =
    only && others.length === 0
      ? only
      : await pickTarget(context, {
          title: "Berth: Copy Environment",
          placeholder:
            "Choose the instance that agents in your shell should find",
          accepts: (each) => canCopyEnvironment(each, context),
        });
  if (target) await copy(context, target);
};
