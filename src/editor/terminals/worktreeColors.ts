// Distinguishes the terminals of a window's worktrees by colour.
import { createHash } from "node:crypto";
import * as vscode from "vscode";

/** No red, which signals an error. */
const colors = ["Green", "Yellow", "Blue", "Magenta", "Cyan"].flatMap(
  (color) => [`terminal.ansi${color}`, `terminal.ansiBright${color}`],
);
const KEY = "worktreeColors";

/** Stable per worktree, and distinct from the window's other worktrees while there are enough colours. */
export function worktreeColor(
  state: vscode.Memento,
  worktree: string,
): vscode.ThemeColor {
  const assigned = state.get<Readonly<Record<string, string>>>(KEY, {});
  const color =
    assigned[worktree] ?? choose(worktree, new Set(Object.values(assigned)));
  void state.update(KEY, { ...assigned, [worktree]: color });
  return new vscode.ThemeColor(color);
}

function choose(worktree: string, taken: ReadonlySet<string>): string {
  const hash = createHash("sha256").update(worktree).digest();
  const offset = (hash[0] ?? 0) % colors.length;
  const candidates = [...colors.slice(offset), ...colors.slice(0, offset)];
  return (
    candidates.find((color) => !taken.has(color)) ??
    candidates[0] ??
    "terminal.ansiGreen"
  );
}
