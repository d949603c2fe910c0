// What a command gets to work with.
import type * as vscode from "vscode";
import type { Reach } from "../instances/target";
import type { EditorStatePusher } from "../window/editorState";

export interface Berth extends Reach {
  readonly log: vscode.LogOutputChannel;
  readonly pusher: EditorStatePusher;
}

/** `worktree` is given where a link or button names it, `files` where a menu of files was used; the palette gives nothing. */
export type Command = (
  berth: Berth,
  worktree: string | undefined,
  files: readonly vscode.Uri[],
) => Promise<void>;
