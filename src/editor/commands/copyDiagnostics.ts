import * as vscode from "vscode";
import {
  collectingDiagnostics,
  diagnosticsCopied,
} from "../../core/messages/diagnostics";
import { writeDiagnostics } from "../diagnostics/diagnostics";
import type { Command } from "./command";

export const copyDiagnostics: Command = async (context) => {
  const report = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: collectingDiagnostics,
    },
    async () => {
      await context.usage.look();
      return writeDiagnostics(context, context.diagnostics);
    },
  );
  await vscode.env.clipboard.writeText(report);
  void vscode.window.showInformationMessage(diagnosticsCopied);
};
