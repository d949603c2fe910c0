// Texts: agent terminals, and the command in shells.

/** `reason` is one of `lossReasons`. */
export function instanceLost(name: string, reason: string): string {
  return `Berth: the instance ${name} ${reason}, so this agent has lost its editor. Start it again (Berth: Start Instance), then /ide in Claude Code if it does not come back by itself.`;
}

export const lossReasons = {
  user: "was stopped",
  settings: "was stopped by the settings of Berth",
  limit: "was stopped at the limit of the setting berth.maxInstances",
  folder: "has lost its folder: it was closed here, or removed",
  failure: (error: string) => `has failed: ${error.replace(/\.$/, "")}`,
};

export function instanceMoved(name: string, from: number, to: number): string {
  return `Berth: the instance ${name} has moved from port ${from} to ${to}, so this agent has lost its editor. Quit it and start it again, here or with Berth: Open Agent Terminal.`;
}

export function programEnded(
  name: string,
  code: number | null,
  signal: string | null,
): string {
  return code === 0
    ? `${name} has ended.`
    : `${name} has ended with ${signal ?? `exit code ${String(code)}`}.`;
}

export function programNotStarted(name: string, reason: string): string {
  return `${name} could not be started: ${reason}.`;
}

export function shellReplaced(wanted: string, used: string): string {
  return `The shell ${wanted} was not found: this is ${used}.`;
}

export const chooseTerminal = "Choose the terminal to show";

export function offerCommand(directory: string): string {
  return `The command berth lists, shows and stops instances from any shell. Link it into ${directory}?`;
}

export const offerCommandLabel = "Install Command";

export function commandInstalled(link: string, isOnPath: boolean): string {
  return isOnPath
    ? `The command berth is ${link} now.`
    : `The command berth is ${link} now, but that directory is not on your PATH. Add it in your shell's start-up file.`;
}
