// Failures of the editor operations that an agent asks for, to be thrown: as in errors.ts, one plain sentence each of what
// happened and what to do about it.
import { messageOf, UserError } from "./errors";

export function noChange(title: string): UserError {
  return new UserError(
    `${title}: the editor knows no change for it. Check the place, and whether the file has errors.`,
  );
}

export function tooManyFiles(
  title: string,
  count: number,
  max: number,
): UserError {
  return new UserError(
    `${title} would change ${count} files, more than a person reviews one by one (${max}). Do it in smaller steps.`,
  );
}

export function changesMoreThanText(title: string): UserError {
  return new UserError(
    `${title} would also create, rename or remove files, which cannot be reviewed as a diff. Do it in the editor.`,
  );
}

export function hiddenFromAgents(path: string): UserError {
  return new UserError(
    `${path} is hidden from agents by the settings (berth.secretFiles or files.exclude). Ask the user for it.`,
  );
}

export function notOpened(path: string, cause: unknown): UserError {
  return new UserError(
    `${path} cannot be read as text: ${messageOf(cause)}. Name a text file.`,
    { cause },
  );
}

export function changedSince(path: string, version: number): UserError {
  return new UserError(
    `${path} has changed since you read it: its version is ${version} now. Read it again.`,
  );
}

export function editNotApplied(path: string): UserError {
  return new UserError(
    `The editor did not take the change of ${path}. Read it again and try once more.`,
  );
}

export function noLanguageAnswer(seconds: number): UserError {
  return new UserError(
    `The language server did not answer in ${seconds} s. It may still be loading the project: try again.`,
  );
}

export function noCodeAction(title: string): UserError {
  return new UserError(
    `No code action is called ${JSON.stringify(title)} there. List them again.`,
  );
}

export function noTask(name: string, known: readonly string[]): UserError {
  return new UserError(
    `No task is called ${JSON.stringify(name)}. There ${known.length === 0 ? "is none" : `are: ${known.join(", ")}`}.`,
  );
}

export function taskNotAllowed(name: string): UserError {
  return new UserError(`The user did not let the task ${name} run.`);
}

export function commandNotAllowed(command: string): UserError {
  return new UserError(
    `The command ${JSON.stringify(command)} is not in the user's setting berth.allowedCommands. Ask the user to add it.`,
  );
}

export function taskNotShown(name: string): UserError {
  return new UserError(
    `What the task ${name} runs cannot be shown to the user beforehand: it runs other tasks, or an extension runs it. Run it in the editor.`,
  );
}

export function languageRefuses(cause: unknown): UserError {
  return new UserError(`The language server refuses: ${messageOf(cause)}`, {
    cause,
  });
}

export function notReviewable(title: string): UserError {
  return new UserError(
    `${title} is a command of the editor, which cannot be reviewed as a diff. Do it in the editor.`,
  );
}

export function tooMuchToTell(bytes: number, max: number): UserError {
  return new UserError(
    `The answer has ${bytes} bytes, more than is told at once (${max}). Ask for a part of it.`,
  );
}

export function commandFailed(command: string, cause: unknown): UserError {
  return new UserError(
    `The command ${command} has failed: ${messageOf(cause)}. Check its arguments.`,
    { cause },
  );
}

export function notInTrust(what: string): UserError {
  return new UserError(
    `${what} does not run: this workspace is in Restricted Mode. The user can trust it (Workspaces: Manage Workspace Trust).`,
  );
}

export function noServingBackend(name: string): UserError {
  return new UserError(
    `The backend ${name} does not serve in this worktree now. Start it first (Berth: Restart Backend).`,
  );
}
