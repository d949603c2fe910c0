// The supervisor's own log: it outlives windows, and so do its lines.
import { supervisorLog } from "../core/control/supervisorRecord";
import { toPrintable } from "../core/worktrees/names";
import type { Log, LogLevel } from "../core/log";
import { RotatingFile } from "./rotatingFile";

type Listener = (level: LogLevel, message: string) => void;

/** Writes to a file of the home, and tells its listeners. */
export class SupervisorLog implements Log {
  readonly #file: RotatingFile;
  readonly #listeners: Listener[] = [];

  constructor(home: string, file = supervisorLog(home)) {
    this.#file = new RotatingFile(file);
  }

  /** For as long as the log is used. */
  onDidWrite(listener: Listener): void {
    this.#listeners.push(listener);
  }

  debug(message: string): void {
    this.#write("debug", message);
  }

  info(message: string): void {
    this.#write("info", message);
  }

  warn(message: string): void {
    this.#write("warn", message);
  }

  error(message: string): void {
    this.#write("error", message);
  }

  #write(level: LogLevel, text: string): void {
    // Parts of it come from servers, agents and file names.
    const message = text.split("\n").map(toPrintable).join("\n");
    // Windows log these too, if their user wants to.
    if (level !== "debug")
      this.#file.append(`${new Date().toISOString()} [${level}] ${message}\n`);
    for (const listener of this.#listeners) listener(level, message);
  }
}
