// The signature of a command and the context it runs in.
import type * as vscode from "vscode";
import type { TargetContext } from "../instances/target";
import type { CommandLine } from "../terminals/commandLine";
import type { EditorStatePusher } from "../window/editorState";
import type { SharedFiles } from "../window/sharedFiles";

export interface CommandContext extends TargetContext {
  readonly commandLine: CommandLine;
  readonly log: vscode.LogOutputChannel;
  readonly pusher: EditorStatePusher;
  readonly sharedFiles: SharedFiles;
}

/** `worktree` and `backend` are set by a link, `files` by a file menu; the command palette sets none. */
export type Command = (
  context: CommandContext,
  worktree: string | undefined,
  files: readonly vscode.Uri[],
  backend: string | undefined,
) => Promise<void>;
