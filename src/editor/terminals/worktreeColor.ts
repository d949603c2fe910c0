// A worktree's terminals are told from those of others by their colour.
import { createHash } from "node:crypto";
import * as vscode from "vscode";

/** Not red: that is an error's. */
const colors = ["Green", "Yellow", "Blue", "Magenta", "Cyan"].flatMap(
  (color) => [`terminal.ansi${color}`, `terminal.ansiBright${color}`],
);

/** The same for a worktree always. */
export function worktreeColor(worktree: string): vscode.ThemeColor {
  const hash = createHash("sha256").update(worktree).digest();
  const color = colors[(hash[0] ?? 0) % colors.length];
  return new vscode.ThemeColor(color ?? "terminal.ansiGreen");
}
