// Every command by its id. A new one is a file beside this one, a line here and an entry in package.json.
import * as vscode from "vscode";
import { messageOf, UserError } from "../../core/errors";
import type { Berth, Command } from "./command";
import { addFile } from "./addFile";
import { acceptDiff, rejectDiff } from "./decideDiff";
import { killAllInstances } from "./killAllInstances";
import { killInstance } from "./killInstance";
import { listInstances } from "./listInstances";
import { openTerminal } from "./openTerminal";
import { restartInstance } from "./restartInstance";
import { sendSelection } from "./sendSelection";
import { sendSelectionTo } from "./sendSelectionTo";
import { showLog } from "./showLog";
import { showTerminal } from "./showTerminal";
import { startInstance } from "./startInstance";
import { switchInstance } from "./switchInstance";

const commands: Readonly<Record<string, Command>> = {
  listInstances,
  switchInstance,
  killInstance,
  killAllInstances,
  startInstance,
  restartInstance,
  openTerminal,
  showTerminal,
  sendSelection,
  sendSelectionTo,
  addFile,
  acceptDiff,
  rejectDiff,
  showLog,
};

/** Registers them all; the caller disposes each. This is the edge where their failures reach the user. */
export function registerCommands(berth: Berth): vscode.Disposable[] {
  return Object.entries(commands).map(([id, command]) =>
    vscode.commands.registerCommand(
      `berth.${id}`,
      async (argument: unknown, selected: unknown) => {
        try {
          await command(
            berth,
            typeof argument === "string" ? argument : undefined,
            filesOf(argument, selected),
          );
        } catch (error) {
          await report(berth, error);
        }
      },
    ),
  );
}

/** The `+` menu of the terminals; VS Code itself would not show the user's sentence of a failure. */
export function registerAgentProfile(berth: Berth): vscode.Disposable {
  return vscode.window.registerTerminalProfileProvider("berth.agent", {
    async provideTerminalProfile() {
      try {
        const profile = await berth.terminals.profile();
        if (profile) return profile;
      } catch (error) {
        void report(berth, error);
      }
      // Where there is no profile VS Code shows a sentence of its own, and none for an error without words.
      throw new Error("");
    },
  });
}

/** Menus of files give the one that was clicked, the explorer also all that are selected with it. */
function filesOf(clicked: unknown, selected: unknown): vscode.Uri[] {
  const all = Array.isArray(selected) ? (selected as unknown[]) : [];
  const files = all.filter((each) => each instanceof vscode.Uri);
  if (files.length > 0) return files;
  return clicked instanceof vscode.Uri ? [clicked] : [];
}

async function report({ log }: Berth, error: unknown): Promise<void> {
  const message = messageOf(error);
  if (!(error instanceof UserError))
    log.error(error instanceof Error ? error : message);
  const showLog = "Show Log";
  if ((await vscode.window.showErrorMessage(message, showLog)) === showLog)
    log.show();
}
