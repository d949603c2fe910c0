// Failures: every error that a user is expected to see, to be thrown. One plain sentence of what happened and what to do
// about it. Sentences that are shown without being thrown are in messages.ts.

export class UserError extends Error {
  override readonly name = "UserError";
}

/** The code of a Node system error, such as "EACCES"; undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error &&
    "code" in error &&
    typeof error.code === "string"
    ? error.code
    : undefined;
}

/** The text to show a user: any error's message, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For the log: where nobody expected an error, its stack tells more. */
export function stackOf(error: unknown): string {
  return (error instanceof Error && error.stack) || messageOf(error);
}

export function notPrivate(
  directory: string,
  fault: string,
  cause?: unknown,
): UserError {
  return new UserError(
    `Berth does not use ${directory}, because ${fault}. Make it a directory that only you can open (chmod 700) and start again.`,
    { cause },
  );
}

/** Wraps a system error; returns a UserError as it is. */
export function cannotWrite(path: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  const reasons: Record<string, string> = {
    ENOSPC: "the disk is full. Free some space",
    EDQUOT: "your disk quota is used up. Free some space",
    EROFS: "the file system is read-only. Make it writable",
    EACCES: "you are not allowed to. Correct the permissions",
    EPERM: "you are not allowed to. Correct the permissions",
    ENOTDIR: "a part of the path is not a directory. Move that file away",
    EMFILE: "too many files are open. Close some programs",
  };
  const reason =
    reasons[errorCode(cause) ?? ""] ??
    `of an error (${messageOf(cause)}). Correct it`;
  return new UserError(
    `Berth cannot write ${path}, because ${reason} and start the instance again.`,
    {
      cause,
    },
  );
}

/** For a file in a directory that other programs use too. */
export function notReplaced(file: string): UserError {
  return new UserError(
    `Berth leaves ${file} as it is, because another program or another machine wrote it. Remove it if nothing uses it any more.`,
  );
}

/** The file that names the supervisor can neither be read nor replaced. */
export function cannotElect(file: string): UserError {
  return new UserError(
    `Berth's server cannot start, because ${file} cannot be read or replaced. Remove it.`,
  );
}

export function rangeIsFull(range: string): UserError {
  return new UserError(
    `Every port of ${range} is taken. Stop some instances, or widen the setting berth.portRange.`,
  );
}

export function portIsTaken(port: number): UserError {
  return new UserError(
    `Port ${port} is taken by another program. Choose another one, or end that program.`,
  );
}

export function notAPort(text: string): UserError {
  return new UserError(
    `${JSON.stringify(text)} is no port. Give a number from 1 to 65535.`,
  );
}

export function logNotWritable(file: string, cause: unknown): UserError {
  return new UserError(
    `The log ${file} cannot be written: ${messageOf(cause)}. Give another file.`,
    { cause },
  );
}

export function tooManyInstances(limit: number): UserError {
  return new UserError(
    `This window already runs ${limit} instances, the limit of the setting berth.maxInstances. Stop one or raise the limit.`,
  );
}

export function notAFolder(path: string): UserError {
  return new UserError(
    `There is no folder ${path} any more. Open another folder, or make it again.`,
  );
}

export function outsideWorktree(path: string, worktree: string): UserError {
  return new UserError(
    `${path} is outside the worktree ${worktree}. Name a file inside it.`,
  );
}

export function badPath(path: string, fault: string): UserError {
  return new UserError(
    `${JSON.stringify(path)} is not a usable path: ${fault}. Name a file of the worktree by its absolute path.`,
  );
}

export function pathTooLong(maxBytes: number): UserError {
  return new UserError(
    `The path is longer than ${maxBytes} bytes, so it is not looked at. Name a file of the worktree by its absolute path.`,
  );
}

/** `asked` is the name of a tool. */
export function answerTooLarge(asked: string, maxBytes: number): UserError {
  return new UserError(
    `The answer to ${asked} is larger than ${formatMegabytes(maxBytes)}, so it is not sent. Ask for less, such as for one file.`,
  );
}

export function proposalTooLarge(path: string, maxBytes: number): UserError {
  return new UserError(
    `The change of ${path} is larger than ${formatMegabytes(maxBytes)}, so no diff of it can be shown. Decide in the terminal.`,
  );
}

export function noAnswer(name: string, cause: unknown): UserError {
  return new UserError(
    `${name} did not answer (${messageOf(cause)}). Reload its window, or close it.`,
    { cause },
  );
}

export function noSuchAgent(): UserError {
  return new UserError("This agent is not connected any more.");
}

export function noSuchDiff(): UserError {
  return new UserError("This diff does not wait any more.");
}

export function noSuchInstance(): UserError {
  return new UserError(
    "That instance is gone already. Open the list again to see what runs now.",
  );
}

export function notRunning(name: string): UserError {
  return new UserError(
    `${name} does not run. Start it (Berth: Start Instance) and try again.`,
  );
}

/** No window has the worktree open any more, and none has come back. */
export function noWindow(name: string): UserError {
  return new UserError(
    `The window of ${name} is gone, so its editor cannot be asked. Open the worktree in VS Code again.`,
  );
}

/** The window ended while it did what an agent had asked for. */
export function interrupted(): UserError {
  return new UserError(
    "The window was closed or reloaded before this was done. Look how far it came before you ask for it again.",
  );
}

export function noAgent(name: string, worktree: string): UserError {
  return new UserError(
    `No agent connected to ${name}, so nothing was sent. Start one in ${worktree} and send it again.`,
  );
}

/** Agents are connected, but none has a way to be told of a file. */
export function cannotBePointed(
  name: string,
  agents: readonly string[],
): UserError {
  return new UserError(
    `${[...new Set(agents)].join(", ")} cannot be pointed to files, so nothing was sent to ${name}. Name the file in the agent's prompt.`,
  );
}

export function inNoWorktree(path: string): UserError {
  return new UserError(
    `${path} is in no worktree of this window. Open its worktree, or choose its instance with Berth: Send Selection To....`,
  );
}

export function noFileToSend(): UserError {
  return new UserError(
    "There is no file to send. Open one in the editor, or save this one first.",
  );
}

export function noSuchFile(path: string): UserError {
  return new UserError(
    `There is no ${path}. Save it, or name a file that is there.`,
  );
}

export function notSent(name: string, reason: string): UserError {
  return new UserError(`${name} did not take it: ${reason}`);
}

/** What VS Code rejects everything with that still waits when its window closes or reloads. */
export function isCanceled(error: unknown): boolean {
  return error instanceof Error && error.name === "Canceled";
}

export function cannotOpen(path: string, error: unknown): UserError {
  // VS Code's text before its own detail names the server, not the file.
  const reason = messageOf(error).replace(/^.*\bDetail: /s, "");
  return new UserError(`${path} cannot be opened as text: ${reason}`);
}

export function noNotebook(): UserError {
  return new UserError(
    "No Jupyter notebook of this worktree is open. Open one to run code in its kernel.",
  );
}

export function codeNotAllowed(): UserError {
  return new UserError(
    "The user does not let agents run code in this notebook.",
  );
}

export function codeNotRun(): UserError {
  return new UserError(
    "The notebook has not run the code: it is still opening, or has no kernel. Choose one for it, and try again.",
  );
}

export function sendingCancelled(): UserError {
  return new UserError("Nothing was sent: it was cancelled.");
}

export function notStarted(worktree: string): UserError {
  return new UserError(
    `No instance was started for ${worktree}, because Berth is turned off. Turn the setting berth.enabled on.`,
  );
}

export function cannotShowDiff(path: string): UserError {
  return new UserError(
    `${path} is not text, so no diff of it can be shown. Decide in the terminal.`,
  );
}

export function noAgentFound(commands: readonly string[]): UserError {
  return new UserError(
    `No agent was found on the PATH (${commands.join(", ")}). Install one, such as Claude Code (npm install -g @anthropic-ai/claude-code), or name yours in the setting berth.agents.`,
  );
}

export function notTrusted(): UserError {
  return new UserError(
    "No agent was started: this workspace is in Restricted Mode, and an agent may run what lies in it. Trust it first (Workspaces: Manage Workspace Trust).",
  );
}

export function noWorktree(): UserError {
  return new UserError(
    "This window has no worktree to open an agent in. Open a folder first.",
  );
}

/** Somebody else's file stands where the command was to be linked. */
export function commandIsTaken(link: string): UserError {
  return new UserError(
    `${link} is another program, so the command was not linked there. Move that file away, or add Berth's own directory to your PATH.`,
  );
}

export function noLinkOnWindows(directory: string): UserError {
  return new UserError(
    `On Windows the command is not linked. Add ${directory} to your PATH.`,
  );
}

function formatMegabytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MB`;
}
