// The command `berth`: kept in Berth's home, on the PATH of terminals, and in the user's own directory of commands if they want.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";
import {
  type Installed,
  launcherDirectory,
  linkLauncher,
  writeLauncher,
} from "../../core/commandLine/launcher";
import { messageOf } from "../../core/errors";
import {
  commandInstalled,
  offerCommand,
  offerCommandLabel,
} from "../../core/messages/terminals";
import { userCommands } from "../../core/registry/locations";
import { findCommand } from "../../core/system/findCommand";
import { escapeMessage } from "../escape";

/** Bytes. */
const MAX_OUTPUT = 16 * 1024 * 1024;

/** In the state that all windows share. */
const OFFERED = "offeredCommand";

export interface CommandLineOptions {
  readonly home: string;
  readonly installed: Installed;
  readonly variables: vscode.EnvironmentVariableCollection;
  readonly state: vscode.Memento;
  readonly log: vscode.LogOutputChannel;
}

export class CommandLine {
  #written: Promise<void> | undefined;

  constructor(private readonly options: CommandLineOptions) {}

  /** Once per window, when there is time: nothing waits for it. */
  provide(): void {
    this.#written ??= this.#provide();
  }

  /** Resolves when terminals have it. */
  async ready(): Promise<void> {
    this.provide();
    await this.#written;
  }

  /** What it prints. Rejects if it fails, or takes longer than `timeout` milliseconds. */
  async run(args: readonly string[], timeout: number): Promise<string> {
    const { cli, runtime } = this.options.installed;
    const { stdout } = await promisify(execFile)(runtime, [cli, ...args], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      maxBuffer: MAX_OUTPUT,
      timeout,
      windowsHide: true,
    });
    return stdout;
  }

  /** What `berth doctor` finds, as text. Rejects as run() does. */
  async doctor(timeout: number): Promise<string> {
    try {
      return await this.run(["doctor"], timeout);
    } catch (error) {
      const { code, stdout } = error as { code?: unknown; stdout?: unknown };
      // It ends so where there is a problem.
      if (code === 1 && typeof stdout === "string" && stdout !== "")
        return stdout;
      throw error;
    }
  }

  /** Links it into ~/.local/bin and says so. Throws a UserError. */
  async install(): Promise<void> {
    await this.ready();
    const link = await linkLauncher(this.options.home);
    const directories = (process.env["PATH"] ?? "").split(path.delimiter);
    const isOnPath = directories.includes(path.dirname(link));
    await vscode.window.showInformationMessage(
      escapeMessage(commandInstalled(link, isOnPath)),
    );
  }

  /** Asks whether to install it, once on this machine. */
  async offer(): Promise<void> {
    const { state } = this.options;
    if (process.platform === "win32" || state.get(OFFERED) === true) return;
    await state.update(OFFERED, true);
    if (findCommand("berth") !== undefined) return;
    const answer = await vscode.window.showInformationMessage(
      escapeMessage(offerCommand(userCommands())),
      offerCommandLabel,
    );
    if (answer === offerCommandLabel)
      await vscode.commands.executeCommand("berth.installCommand");
  }

  async #provide(): Promise<void> {
    const { home, installed, variables, log } = this.options;
    try {
      await writeLauncher(home, installed);
    } catch (error) {
      log.warn(`The command berth is not available: ${messageOf(error)}`);
      return;
    }
    variables.description = "The command berth is on the PATH.";
    // Last, so that it hides nothing of the user's. Shells that set their PATH anew get it once they are ready.
    variables.append("PATH", path.delimiter + launcherDirectory(home), {
      applyAtProcessCreation: true,
      applyAtShellIntegration: true,
    });
  }
}
