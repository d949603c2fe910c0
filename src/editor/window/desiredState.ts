// Reads the window's folders and settings as the input of the host's reconciliation.
import path from "node:path";
import * as vscode from "vscode";
import type { WindowBackends } from "../../host/backendContract";
import type { DesiredState, HostSettings } from "../../host/contract";

export function readDesiredState(
  settings: HostSettings,
  backends: WindowBackends,
): DesiredState {
  const { workspaceFolders = [], workspaceFile } = vscode.workspace;
  const file = vscode.window.activeTextEditor?.document.uri;
  return {
    folders: workspaceFolders
      .filter(({ uri }) => uri.scheme === "file")
      .map(({ name, uri }) => ({ name, path: uri.fsPath })),
    activeDirectory: file?.scheme === "file" ? path.dirname(file.fsPath) : null,
    settings,
    window: {
      app: vscode.env.appName,
      remoteName: vscode.env.remoteName ?? null,
      workspace:
        (workspaceFile ?? workspaceFolders[0]?.uri)?.toString() ?? null,
    },
    isTrusted: vscode.workspace.isTrusted,
    backends,
  };
}

/** Fires when folders are added or removed, or the workspace becomes trusted. */
export function onDidChangeFolders(callback: () => void): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeWorkspaceFolders(callback),
    vscode.workspace.onDidGrantWorkspaceTrust(callback),
  );
}
