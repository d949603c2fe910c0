// The supervisor's own log: it outlives windows, and so do its lines.
import { appendFileSync, renameSync, statSync } from "node:fs";
import { supervisorLog } from "../core/control/supervisorRecord";
import type { LogLevel } from "../core/log";

const MAX_BYTES = 1024 * 1024;

export function logFileOf(home: string): LogFile {
  return new LogFile(supervisorLog(home));
}

/** Keeps one file of before. Failures are ignored: there is nowhere to report them. */
export class LogFile {
  constructor(private readonly file: string) {}

  write(level: LogLevel, message: string): void {
    if (level === "debug") return;
    const time = new Date().toISOString();
    try {
      this.#rotate();
      appendFileSync(this.file, `${time} [${level}] ${message}\n`, {
        mode: 0o600,
      });
    } catch {
      // The disk is full, or the home has been removed.
    }
  }

  #rotate(): void {
    const size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    if (size > MAX_BYTES) renameSync(this.file, `${this.file}.old`);
  }
}
