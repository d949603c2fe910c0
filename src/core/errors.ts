// Failures: every error that a user is expected to see, to be thrown. One plain sentence of what happened and what to do
// about it. Sentences that are shown without being thrown are in messages/.

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

export function tooManyInstances(limit: number): UserError {
  return new UserError(
    `This window already runs ${limit} instances, the limit of the setting berth.maxInstances. Stop one or raise the limit.`,
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

function formatMegabytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MB`;
}
