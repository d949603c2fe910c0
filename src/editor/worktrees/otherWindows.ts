// Whether another window has a worktree open: it would lose its folder.
import path from "node:path";
import * as vscode from "vscode";
import { canonicalPath, contains } from "../../core/system/paths";
import type { WorktreeRow } from "./worktreeRow";

/**
 * What the first of them has open, as its user knows it. A window with a workspace file counts for each instance that it
 * runs, because only that window knows its folders.
 */
export function openElsewhere({
  instance,
  path: worktree,
}: WorktreeRow): string | undefined {
  const { workspaceFile, workspaceFolders = [] } = vscode.workspace;
  const own = (workspaceFile ?? workspaceFolders[0]?.uri)?.toString();
  const workspaces = (instance?.windows ?? []).map(
    ({ workspace }) => workspace,
  );
  // This one is among them once.
  const index = workspaces.findIndex((workspace) => workspace === own);
  const found = workspaces
    .filter((_, at) => at !== index)
    .filter((workspace) => workspace !== null)
    .map((workspace) => vscode.Uri.parse(workspace))
    .find(
      ({ path: opened, fsPath }) =>
        opened.endsWith(".code-workspace") ||
        contains(worktree, canonicalPath(fsPath)),
    );
  return found && path.basename(found.path);
}
