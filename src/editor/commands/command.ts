// The signature of a command and the context it runs in.
import type * as vscode from "vscode";
import type { DiagnosticsOptions } from "../diagnostics/diagnostics";
import type { Recipients } from "../instances/recipients";
import type { TargetContext } from "../instances/target";
import type { CommandLine } from "../terminals/commandLine";
import type { SetupCommands } from "../worktrees/setupCommands";
import type { EditorStatePusher } from "../window/editorState";
import type { SharedFiles } from "../window/sharedFiles";

export interface CommandContext extends TargetContext {
  readonly commandLine: CommandLine;
  readonly diagnostics: DiagnosticsOptions;
  readonly log: vscode.LogOutputChannel;
  readonly pusher: EditorStatePusher;
  readonly recipients: Recipients;
  readonly setup: SetupCommands;
  readonly sharedFiles: SharedFiles;
}

/** `files` are set by a file menu; the command palette sets none. */
export type Command = (
  context: CommandContext,
  files: readonly vscode.Uri[],
) => Promise<void>;
