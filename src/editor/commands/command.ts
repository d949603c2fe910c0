// What a command gets to work with.
import type * as vscode from "vscode";
import type { Reach } from "../target";

export interface Berth extends Reach {
  readonly log: vscode.LogOutputChannel;
}

/** `worktree` is given where a link or button names it; the palette gives nothing. */
export type Command = (
  berth: Berth,
  worktree: string | undefined,
) => Promise<void>;
