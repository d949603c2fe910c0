// Tells worktrees apart by colour: the same one in every window, in the status bar and on the tabs of terminals.
import { createHash } from "node:crypto";
import type * as vscode from "vscode";

/** Theme colours of package.json. No red, which signals an error. */
export const colors = Array.from(
  { length: 8 },
  (_, index) => `berth.worktree${index + 1}`,
);
const KEY = "worktreeColors";

export class WorktreeColors {
  /** Those that this window has noted the use of. */
  readonly #used = new Set<string>();

  /** `state` is what all windows share. */
  constructor(private readonly state: vscode.Memento) {}

  /**
   * The id of the worktree's colour: the same each time, and distinct from that of the others in `live` while there are
   * enough. When all are assigned, it takes over the least recently used one of a worktree that is not live.
   */
  of(worktree: string, live: ReadonlySet<string>): string {
    const { [worktree]: own, ...others } = this.state.get<
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
    if (color === own && this.#used.has(worktree)) return color;
    this.#used.add(worktree);
    const kept = entries.filter(
      ([each, theirs]) => theirs !== color || live.has(each),
    );
    void this.state.update(KEY, {
      ...Object.fromEntries(kept),
      [worktree]: color,
    });
    return color;
  }
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
  return colors[(hash[0] ?? 0) % colors.length] ?? "berth.worktree1";
}
