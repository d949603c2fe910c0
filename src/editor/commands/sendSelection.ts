import { ownTargetOf, selectedLines, send } from "../instances/send";
import type { Command } from "./command";

export const sendSelection: Command = async (context) => {
  const mention = selectedLines();
  await send(context, ownTargetOf(context, mention.path), [mention]);
};
