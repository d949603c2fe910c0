import { pickTarget } from "../views/picker";
import { selectedLines, send } from "../instances/send";
import { canSend } from "../instances/target";
import type { Command } from "./command";

export const sendSelectionTo: Command = async (context) => {
  const mention = selectedLines();
  const target = await pickTarget(context, {
    title: "Berth: Send Selection To",
    placeholder: "Choose the instance whose agents get it",
    accepts: canSend,
  });
  if (target) await send(context, [{ target, mentions: [mention] }], true);
};
