// The logs of backends as output channels, which follow while the backends run, and after each restart.
import * as vscode from "vscode";
import type { BackendView } from "../../host/backendContract";
import type { HostConnection } from "../window/hostConnection";
import type { BackendName } from "./backendList";

interface FollowedLog {
  readonly name: BackendName;
  readonly channel: vscode.OutputChannel;
}

export class BackendLogs {
  /** By worktree and name. */
  readonly #followed = new Map<string, FollowedLog>();

  constructor(private readonly connection: HostConnection) {}

  /** `title` tells worktrees apart. */
  async show(view: BackendView, title: string): Promise<void> {
    const known = this.#followed.get(keyOf(view));
    const log = known ?? {
      name: view,
      channel: vscode.window.createOutputChannel(`Berth: ${title}`),
    };
    this.#followed.set(keyOf(view), log);
    if (!known) await this.#follow(log);
    log.channel.show();
  }

  append(name: BackendName, lines: string): void {
    this.#followed.get(keyOf(name))?.channel.append(lines);
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

  async #follow({ name, channel }: FollowedLog): Promise<void> {
    const { host } = this.connection;
    channel.replace(await host.followBackendLog(name.worktree, name.name));
  }
}

function keyOf({ worktree, name }: BackendName): string {
  return `${worktree}\0${name}`;
}
