import type * as vscode from "vscode";
import { noFileToSend } from "../../core/sendErrors";
import type { Mention } from "../../core/control/mention";
import { activeFile, ownTargetOf, send } from "../instances/send";
import type { Target } from "../instances/target";
import type { Command } from "./command";

/** Sends the files selected in a menu, else the active file, each to the instance of its own worktree. */
export const addFile: Command = async (context, files) => {
  const byWorktree = new Map<string, { target: Target; mentions: Mention[] }>();
  for (const uri of files.length > 0 ? files : [activeFile()]) {
    const path = pathOf(uri);
    const target = ownTargetOf(context, path);
    const { worktree } = target.view;
    const entry = byWorktree.get(worktree) ?? { target, mentions: [] };
    entry.mentions.push({ path, lines: null });
    byWorktree.set(worktree, entry);
  }
  await send(context, [...byWorktree.values()]);
};

function pathOf({ scheme, fsPath }: vscode.Uri): string {
  if (scheme !== "file") throw noFileToSend();
  return fsPath;
}
