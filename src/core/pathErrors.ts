// Failures: files and folders.
import { errorCode, messageOf, UserError } from "./errors";

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

export function logNotWritable(file: string, cause: unknown): UserError {
  return new UserError(
    `The log ${file} cannot be written: ${messageOf(cause)}. Give another file.`,
    { cause },
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
