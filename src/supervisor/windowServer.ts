// The windows that are attached to the supervisor.
import type { Socket } from "node:net";
import {
  type Channel,
  MAX_MESSAGE_BYTES,
  SocketChannel,
} from "../core/control/channel";
import { greetWindow } from "../core/control/greeting";
import { SUPERVISOR_PROTOCOL } from "../core/control/supervisorRecord";
import { messageOf } from "../core/errors";
import type { Log, LogLevel } from "../core/log";
import type { ServedWindow } from "./windowConnection";

export interface WindowServerOptions {
  /** Proves each side to the other. */
  readonly token: string;
  /** Of the extension. */
  readonly version: string;
  /** Throws if the window does not say what a window says, or no more are taken. */
  readonly serve: (channel: Channel, window: unknown) => ServedWindow;
  /** The last one is gone. */
  readonly onDidEmpty: () => void;
  readonly log: Log;
}

/** Milliseconds for a window to say who it is. */
const GREETING_TIME = 5_000;
/** Bytes: a window's greeting holds its environment. */
const MAX_GREETING = 4 * 1024 * 1024;

export class WindowServer {
  readonly #windows = new Map<Channel, ServedWindow>();
  #newest: string;

  constructor(private readonly options: WindowServerOptions) {
    this.#newest = options.version;
  }

  /** A window of a newer version than this one has come. */
  get isOutdated(): boolean {
    return isNewer(this.#newest, this.options.version);
  }

  async accept(socket: Socket): Promise<void> {
    const { token, version, serve, log } = this.options;
    const channel = new SocketChannel(socket, MAX_GREETING);
    const late = setTimeout(() => {
      channel.end();
    }, GREETING_TIME);
    try {
      const side = { protocol: SUPERVISOR_PROTOCOL, version };
      const greeting = await greetWindow(channel, token, side);
      channel.limit = MAX_MESSAGE_BYTES;
      this.#windows.set(channel, serve(channel, greeting.window));
      if (isNewer(greeting.version, this.#newest))
        this.#newest = greeting.version;
      log.info(`A window has attached (${this.#windows.size} now)`);
      void channel.ended.then((reason) => {
        this.#forget(channel, reason);
      });
    } catch (error) {
      log.warn(`A window was refused: ${messageOf(error)}`);
      channel.end();
    } finally {
      clearTimeout(late);
    }
  }

  /** Tells each what has changed of its backends. */
  notify(): void {
    for (const { backends } of this.#windows.values()) backends.notify();
  }

  writeLog(level: LogLevel, message: string): void {
    for (const { editor } of this.#windows.values())
      editor.onDidLog(level, message);
  }

  /** The process ends on purpose. */
  announceEnd(): void {
    for (const { editor } of this.#windows.values()) editor.onWillEnd();
  }

  close(): void {
    for (const channel of this.#windows.keys()) channel.end();
  }

  #forget(channel: Channel, reason: string): void {
    this.#windows.delete(channel);
    this.options.log.info(
      `A window is gone (${reason}; ${this.#windows.size} left)`,
    );
    if (this.#windows.size === 0) this.options.onDidEmpty();
  }
}

/** Versions such as 0.10.2. */
function isNewer(version: string, other: string): boolean {
  return version.localeCompare(other, "en", { numeric: true }) > 0;
}
