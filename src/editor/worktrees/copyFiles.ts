// Copies what git does not track, such as .env, into a new worktree, and says what it has left.
import * as vscode from "vscode";
import type { Log } from "../../core/log";
import {
  fileWasLeft,
  filesWereLeft,
} from "../../core/messages/worktreeCommands";
import { copyIgnoredFiles } from "../../core/worktrees/copyFiles";
import { escapeMessage } from "../escape";

/** Rejects with a UserError. */
export async function copyFiles(
  from: string,
  to: string,
  patterns: readonly string[],
  log: Log,
): Promise<void> {
  const { copied, left } = await copyIgnoredFiles(from, to, patterns);
  if (copied.length > 0)
    log.info(`Copied from ${from} to ${to}: ${copied.join(", ")}`);
  const told = left.map(({ file, reason }) => fileWasLeft(file, reason));
  for (const each of told) log.warn(`Not copied to ${to}: ${each}`);
  const [first] = told;
  if (first !== undefined)
    void vscode.window.showWarningMessage(
      escapeMessage(filesWereLeft(told.length, first)),
    );
}
