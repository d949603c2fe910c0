// A worktree's terminals are told from those of the window's others by their colour.
import { createHash } from "node:crypto";
import * as vscode from "vscode";

/** Not red: that is an error's. */
const colors = ["Green", "Yellow", "Blue", "Magenta", "Cyan"].flatMap(
  (color) => [`terminal.ansi${color}`, `terminal.ansiBright${color}`],
);
const KEY = "worktreeColors";

/** The same for a worktree always, and another one than those of the window's other worktrees as long as there are enough. */
export function worktreeColor(
  state: vscode.Memento,
  worktree: string,
): vscode.ThemeColor {
  const all = state.get<Readonly<Record<string, string>>>(KEY, {});
  const color = all[worktree] ?? choose(worktree, new Set(Object.values(all)));
  void state.update(KEY, { ...all, [worktree]: color });
  return new vscode.ThemeColor(color);
}

function choose(worktree: string, taken: ReadonlySet<string>): string {
  const hash = createHash("sha256").update(worktree).digest();
  const first = (hash[0] ?? 0) % colors.length;
  const order = [...colors.slice(first), ...colors.slice(0, first)];
  return (
    order.find((color) => !taken.has(color)) ?? order[0] ?? "terminal.ansiGreen"
  );
}
