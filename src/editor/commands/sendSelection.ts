import { instanceOf, selectedLines, send } from "../instances/send";
import type { Command } from "./command";

export const sendSelection: Command = async (berth) => {
  const mention = selectedLines();
  await send(berth, instanceOf(berth, mention.path), [mention]);
};
