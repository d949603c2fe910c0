// The logs of backends as output channels, which follow while the backends run, and after each restart.
import * as vscode from "vscode";
import {
  keyOfBackend,
  type BackendName,
  type BackendView,
} from "../../host/backendContract";
import type { HostConnection } from "../window/hostConnection";

interface FollowedLog {
  readonly name: BackendName;
  readonly channel: vscode.OutputChannel;
  /** What it has written while its text is on the way; undefined: that has come. */
  pending: string | undefined;
  following: Promise<void> | undefined;
}

export class BackendLogs {
  /** By worktree and name. */
  readonly #followed = new Map<string, FollowedLog>();

  constructor(private readonly connection: HostConnection) {}

  /** `title` tells worktrees apart. Rejects if there is no host. */
  async show(view: BackendView, title: string): Promise<void> {
    const log =
      this.#followed.get(keyOfBackend(view)) ?? this.#open(view, title);
    // Also where the last attempt has failed.
    if (log.pending !== undefined) await this.#follow(log);
    log.channel.show();
  }

  append(name: BackendName, lines: string): void {
    const log = this.#followed.get(keyOfBackend(name));
    if (log?.pending === undefined) log?.channel.append(lines);
    else log.pending += lines;
  }

  /** To be called for each host: it does not know yet what the window follows. */
  followAgain(): void {
    for (const log of this.#followed.values())
      // What cannot be read now is read with the next host.
      this.#follow(log).catch(() => undefined);
  }

  dispose(): void {
    for (const { channel } of this.#followed.values()) channel.dispose();
  }

  #open(view: BackendView, title: string): FollowedLog {
    const channel = vscode.window.createOutputChannel(`Berth: ${title}`);
    const log = { name: view, channel, pending: "", following: undefined };
    this.#followed.set(keyOfBackend(view), log);
    return log;
  }

  /** Once at a time. */
  #follow(log: FollowedLog): Promise<void> {
    return (log.following ??= this.#read(log).finally(() => {
      log.following = undefined;
    }));
  }

  async #read(log: FollowedLog): Promise<void> {
    const { worktree, name } = log.name;
    log.pending = "";
    const text = await this.connection.host.followBackendLog(worktree, name);
    log.channel.replace(text + log.pending);
    log.pending = undefined;
  }
}
