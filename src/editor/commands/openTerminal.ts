import type { Command } from "./command";

/** Whoever works in terminals may want the command in them: it is offered once. */
export const openTerminal: Command = async ({ terminals, commandLine }) => {
  await terminals.open();
  void commandLine.offer();
};
