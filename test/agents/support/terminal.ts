// A program in its own terminal (tmux), with the keys a person would press and the text a person would see.
import { execFile, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import { isRunning, processesBelow } from "../../harness/processes";
import { until } from "../../harness/until";

const execute = promisify(execFile);

/** Milliseconds: large programs start slowly on a busy machine. */
const patience = 60_000;
const size = ["-x", "120", "-y", "40"];

export interface TerminalOptions {
  readonly tmux: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment of the program: it inherits nothing from our own. */
  readonly env: Readonly<Record<string, string>>;
  /** Where tmux keeps its socket; must be a short path. */
  readonly socketFolder: string;
}

export class Terminal {
  private constructor(
    private readonly tmux: (...args: string[]) => Promise<string>,
    /** Of the program itself. */
    readonly pid: number,
    private readonly killNow: () => void,
  ) {}

  static async open(options: TerminalOptions): Promise<Terminal> {
    const name = `tmux-${randomBytes(4).toString("hex")}`;
    const socket = path.join(options.socketFolder, name);
    const base = ["-u", "-S", socket, "-f", "/dev/null"];
    const tmux = async (...args: string[]): Promise<string> =>
      (await execute(options.tmux, [...base, ...args])).stdout;
    const env = { TERM: "xterm-256color", LANG: "C.UTF-8", ...options.env };
    const assignments = Object.entries(env).map(
      ([name, value]) => `${name}=${value}`,
    );
    // Keeps the last output of a program that has ended on the screen.
    const keep = ["set-option", "-g", "remain-on-exit", "on", ";"];
    const open = ["new-session", "-d", ...size, "-c", options.cwd, "-P"];
    const pid = await tmux(
      ...["start-server", ";", ...keep, ...open, "-F", "#{pane_pid}", "--"],
      ...["env", "-i", ...assignments, ...options.command],
    );
    // A run that is interrupted leaves no terminal behind either.
    const killNow = (): void => {
      spawnSync(options.tmux, [...base, "kill-server"]);
    };
    process.once("exit", killNow);
    return new Terminal(tmux, Number(pid), killNow);
  }

  async type(text: string): Promise<void> {
    await this.tmux("send-keys", "-l", "--", text);
  }

  /** Keys by tmux's names: Enter, Escape, Up, BTab, C-c. */
  async press(...keys: string[]): Promise<void> {
    await this.tmux("send-keys", ...keys);
  }

  /** The visible text, without what the program has drawn over. */
  screen(): Promise<string> {
    return this.tmux("capture-pane", "-p");
  }

  /** Resolves with the match once the screen shows it; fails with the whole screen. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    let screen = "";
    try {
      return await until(
        `${String(pattern)} on the screen`,
        async () => {
          screen = await this.screen();
          return pattern.exec(screen);
        },
        patience,
      );
    } catch (error) {
      throw new Error(
        `The screen never showed ${String(pattern)}:\n${screen}`,
        { cause: error },
      );
    }
  }

  /** Answers a question with a key, pressed repeatedly: a question that has just appeared may ignore it. */
  async answer(question: RegExp, key: string): Promise<void> {
    await this.shows(question);
    await until(
      `the answer to ${String(question)} to be taken`,
      async () => {
        await this.press(key);
        return !question.test(await this.screen());
      },
      patience,
    );
  }

  /** Ends the program and its terminal; resolves when both are gone. */
  async dispose(): Promise<void> {
    const server = Number(await this.tmux("display", "-p", "#{pid}"));
    const programs = await processesBelow(server);
    process.off("exit", this.killNow);
    this.killNow();
    await until("the program to end", async () => {
      const running = await Promise.all(programs.map(isRunning));
      return !running.includes(true);
    });
  }
}
