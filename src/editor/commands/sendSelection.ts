import { ownTargetOf, selectedLines, send } from "../instances/send";
import type { Command } from "./command";

export const sendSelection: Command = async (context) => {
  const mention = selectedLines();
  const target = ownTargetOf(context, mention.path);
  await send(context, [{ target, mentions: [mention] }]);
};
