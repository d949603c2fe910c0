import type { Command } from "./command";

export const installCommand: Command = ({ commandLine }) =>
  commandLine.install();
