// Tells an MCP client of Berth: the command line shows what it would write, and asks, in a terminal.
import * as vscode from "vscode";
import { setupClientIds, setupClients } from "../../core/agents/setupClients";
import type { Command } from "./command";

export const connectAgent: Command = async ({ commandLine }) => {
  const rows = setupClientIds.map((client) => ({
    label: setupClients[client],
    client,
  }));
  const picked = await vscode.window.showQuickPick(rows, {
    title: "Berth: Connect an Agent's Configuration",
    placeHolder: "Choose the agent to tell of Berth, for every worktree",
  });
  if (!picked) return;
  await commandLine.ready();
  const terminal = vscode.window.createTerminal({ name: "Berth" });
  terminal.show();
  terminal.sendText(`berth setup ${picked.client}`);
};
