// What a command that runs for long tells of itself: on stderr, or in a file.
import { appendFileSync } from "node:fs";
import path from "node:path";
import { logNotWritable } from "../core/pathErrors";
import { messageOf } from "../core/errors";
import type { Log } from "../core/log";

/** `file` undefined: stderr. Throws a UserError if it cannot be written. */
export function openLog(file: string | undefined): Log {
  const target = file === undefined ? undefined : path.resolve(file);
  if (target !== undefined) assertWritable(target);
  const line = (level: string) => (message: string) => {
    const text = `${new Date().toISOString()} [${level}] ${message}\n`;
    if (target === undefined) process.stderr.write(text);
    else append(target, text);
  };
  return {
    debug: () => undefined,
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
  };
}

/** Creates it, for its user alone. Throws a UserError. */
export function assertWritable(file: string): void {
  try {
    appendFileSync(file, "", { mode: 0o600 });
  } catch (error) {
    throw logNotWritable(file, error);
  }
}

function append(file: string, text: string): void {
  try {
    appendFileSync(file, text);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n${text}`);
  }
}
