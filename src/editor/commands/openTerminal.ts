import type { Command } from "./command";

export const openTerminal: Command = ({ terminals }, worktree) =>
  terminals.open(worktree);
