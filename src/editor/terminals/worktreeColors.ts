// Distinguishes the terminals of a window's worktrees by colour.
import { createHash } from "node:crypto";
import type * as vscode from "vscode";

/** No red, which signals an error. */
export const colors = ["Green", "Yellow", "Blue", "Magenta", "Cyan"].flatMap(
  (color) => [`terminal.ansi${color}`, `terminal.ansiBright${color}`],
);
const KEY = "worktreeColors";

/**
 * The id of the worktree's colour: the same each time, and distinct from that of the others in `live` while there are
 * enough. When all are assigned, it takes over the least recently used one of a worktree that is not live.
 */
export function worktreeColor(
  state: vscode.Memento,
  worktree: string,
  live: ReadonlySet<string>,
): string {
  const { [worktree]: own, ...others } = state.get<
    Readonly<Record<string, string>>
  >(KEY, {});
  // In the order of their last use.
  const entries = Object.entries(others);
  const taken = new Set(
    entries.filter(([each]) => live.has(each)).map(([, color]) => color),
  );
  const color =
    own !== undefined && !taken.has(own)
      ? own
      : (freeColor(worktree, entries, taken) ?? own ?? firstColor(worktree));
  const kept = entries.filter(
    ([each, theirs]) => theirs !== color || live.has(each),
  );
  void state.update(KEY, { ...Object.fromEntries(kept), [worktree]: color });
  return color;
}

/** One that nobody has, else the least recently used of those that may be taken over; undefined if all are taken. */
function freeColor(
  worktree: string,
  assigned: readonly (readonly [string, string])[],
  taken: ReadonlySet<string>,
): string | undefined {
  const used = assigned.map(([, color]) => color);
  const start = colors.indexOf(firstColor(worktree));
  return (
    [...colors.slice(start), ...colors.slice(0, start)].find(
      (color) => !used.includes(color),
    ) ?? used.find((color) => !taken.has(color))
  );
}

function firstColor(worktree: string): string {
  const hash = createHash("sha256").update(worktree).digest();
  return colors[(hash[0] ?? 0) % colors.length] ?? "terminal.ansiGreen";
}
