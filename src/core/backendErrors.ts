// Failures of backends, to be thrown: as in errors.ts, one plain sentence each of what happened and what to do about it.
import { messageOf, UserError } from "./errors";

/** One that the supervisor's API answers with a status of its own; all others are a 500. */
export class RequestError extends UserError {
  constructor(
    readonly status: 400 | 404 | 409 | 413 | 415 | 429 | 504,
    message: string,
  ) {
    super(message);
  }
}

/** Lines of a backend's output in a message. */
const SHOWN_LINES = 5;

// Definitions

export function variableIsNotSet(name: string): UserError {
  return new UserError(
    `\${env:${name}} has no value: ${name} is not set in the environment of VS Code or of the shell. Set it there, or write the value itself.`,
  );
}

export function configFileNotTrusted(file: string): UserError {
  return new UserError(
    `Berth does not read ${file}, because others can write to it or to its folder, and it names commands. Make both yours alone (chmod go-w).`,
  );
}

export function configFileNotRead(file: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  return new UserError(`${file} cannot be read: ${messageOf(cause)}.`, {
    cause,
  });
}

// Starting

export function commandNotFound(command: string): UserError {
  return new UserError(
    `the command ${command} was not found. Install it, or write the absolute path of a program that can be run.`,
  );
}

export function backendIsTooLongToAdd(name: string): UserError {
  return new UserError(
    `${name} is too long to be shown whole. Write it into your settings yourself.`,
  );
}

/** `problem` is a sentence. */
export function backendCannotBeAdded(problem: string): UserError {
  return new UserError(problem);
}

export function commandCannotRun(command: string, cause: unknown): UserError {
  return new UserError(`${command} cannot be run: ${messageOf(cause)}.`, {
    cause,
  });
}

export function backendFolderMissing(folder: string): UserError {
  return new UserError(
    `its folder ${folder} does not exist. Make it, or change "cwd".`,
  );
}

/** `reason` says how. */
export function backendEndedEarly(reason: string): UserError {
  return new UserError(`${reason} before it was ready`);
}

class NotReadyInTime extends UserError {}

/** `reason` says what is missing. */
export function backendNotReady(seconds: number, reason: string): UserError {
  return new NotReadyInTime(
    `it was not ready within ${seconds} s: ${reason}. Look at its log, or raise "ready.timeout"`,
  );
}

// What a program or a user asks for

/** `tail` is what it has written last. */
export function backendFailed(
  name: string,
  worktree: string,
  cause: unknown,
  tail: readonly string[],
): UserError {
  const lines = tail.slice(-SHOWN_LINES);
  const output = lines.length === 0 ? "" : `\n${lines.join("\n")}`;
  const message = `${name} of ${worktree} has failed: ${messageOf(cause)}${output}`;
  return cause instanceof NotReadyInTime
    ? new RequestError(504, message)
    : new UserError(message, { cause });
}

/** Somebody has stopped it while others waited for it. */
export function backendStopped(name: string): RequestError {
  return new RequestError(409, `${name} was stopped. Ask for it again.`);
}

export function notAProjectPath(path: string): RequestError {
  return new RequestError(
    400,
    `${JSON.stringify(path)} is no folder of this machine. Give the absolute path of one, such as the top of a worktree.`,
  );
}

export function noBackends(
  worktree: string,
  problems: readonly string[],
): RequestError {
  return new RequestError(
    404,
    withProblems(
      `No backend is defined for ${worktree}. Add one to the setting berth.backends or to backends.json.`,
      problems,
    ),
  );
}

export function noSuchBackend(
  name: string,
  worktree: string,
  known: readonly string[],
  problems: readonly string[],
): RequestError {
  const choices =
    known.length === 0 ? "There is none." : `There is ${known.join(", ")}.`;
  return new RequestError(
    404,
    withProblems(
      `No backend ${JSON.stringify(name)} is defined for ${worktree}. ${choices}`,
      problems,
    ),
  );
}

export function whichBackend(
  worktree: string,
  known: readonly string[],
): RequestError {
  return new RequestError(
    400,
    `${worktree} has several backends: name one of ${known.join(", ")}.`,
  );
}

/** `reason` is a sentence. */
export function backendRefused(
  name: string,
  worktree: string,
  reason: string,
): RequestError {
  return new RequestError(
    409,
    `${name} does not run for ${worktree}: ${reason}`,
  );
}

export function noSuchBackendId(id: string): RequestError {
  return new RequestError(
    404,
    `There is no backend ${id}. GET /backends lists those that there are.`,
  );
}

export function noSuchSession(id: string): RequestError {
  return new RequestError(
    404,
    `There never was a session ${JSON.stringify(id.slice(0, 100))}. POST /request-session begins one.`,
  );
}

export function noSuchProcess(pid: number): RequestError {
  return new RequestError(
    400,
    `There is no process ${pid}, so no session can end with it. Give the pid of one that runs.`,
  );
}

export function tooManySessions(limit: number): RequestError {
  return new RequestError(
    429,
    `There are ${limit} sessions, which is the limit. Release some that are not needed.`,
  );
}

export function bodyIsNoJson(): RequestError {
  return new RequestError(
    415,
    "The body must be JSON, with the header Content-Type: application/json.",
  );
}

function withProblems(sentence: string, problems: readonly string[]): string {
  return [sentence, ...problems].join(" ");
}

/** In a window that hosts its instances itself. */
export function backendsNeedServer(): UserError {
  return new UserError(
    "Backends do not run here, because Berth's server could not be started. The log says why (Berth: Show Log).",
  );
}

export function serverNotStarted(reason: string): UserError {
  return new UserError(
    `Berth's server could not be started: ${reason.replace(/\.$/, "")}. Run berth serve to see what it says.`,
  );
}

/** The server's own sentence. */
export function serverRefuses(sentence: string): UserError {
  return new UserError(sentence);
}
