import { pickTarget } from "../views/picker";
import { asSeenBy, selectedLines, send } from "../instances/send";
import { canSend } from "../instances/target";
import type { Command } from "./command";

export const sendSelectionTo: Command = async (berth) => {
  const mention = selectedLines();
  const target = await pickTarget(berth, {
    title: "Berth: Send Selection To",
    placeholder: "Choose the instance whose agents get it",
    accepts: canSend,
  });
  if (target) await send(berth, target, [asSeenBy(berth, target, mention)]);
};
