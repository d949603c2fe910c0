// The one process per user and Berth home that hosts all instances: windows attach to it, and it outlives each of them.
import { existsSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import {
  type Channel,
  MAX_MESSAGE_BYTES,
  SocketChannel,
} from "../core/control/channel";
import { greetWindow } from "../core/control/greeting";
import {
  readSupervisor,
  SUPERVISOR_PROTOCOL,
  type SupervisorRecord,
} from "../core/control/supervisorRecord";
import { messageOf, stackOf } from "../core/errors";
import type { Log, LogLevel } from "../core/log";
import { freshToken } from "../core/system/freshToken";
import { removeVerified } from "../core/registry/removeVerified";
import { stamp } from "../core/system/diskClock";
import { identifyPlace, type Place } from "../core/system/machine";
import { ensurePrivateDirectory } from "../core/system/privateDirectory";
import { identifyProcess } from "../core/system/processIdentity";
import type { EditorApi, ServerApi } from "../host/contract";
import { InstanceHost } from "../host/reconcile/instanceHost";
import { Election } from "./election";
import { type LogFile, logFileOf } from "./logFile";
import { newSocketPath } from "./socketPlace";
import { serveWindow } from "./windowConnection";

export interface SupervisorOptions {
  readonly home: string;
  /** Of the extension. */
  readonly version: string;
  /** The file that runs here: it goes when the extension is updated or uninstalled. */
  readonly bundle: string;
  /** Stays until it is told to end. */
  readonly isForeground: boolean;
  /** Is told each line of the log. */
  readonly onDidLog?: (level: LogLevel, message: string) => void;
}

/** Milliseconds with nothing to host after which it ends; on Windows a running program cannot be replaced by an update. */
const IDLE_TIME = process.platform === "win32" ? 0 : 60_000;
/** Milliseconds between looks at its own files. */
const CHECK_EVERY = 5_000;
/** Milliseconds for a window to say who it is. */
const GREETING_TIME = 5_000;
/** Bytes: a window's greeting holds its environment. */
const MAX_GREETING = 4 * 1024 * 1024;

export class Supervisor implements ServerApi {
  readonly #windows = new Map<Channel, EditorApi>();
  readonly #timer: NodeJS.Timeout;
  #file: string;
  #idle: NodeJS.Timeout | undefined;
  #isOutdated = false;
  #ending: Promise<void> | undefined;
  #host: InstanceHost | undefined;
  #ended: (reason: string) => void = () => undefined;

  /** Resolves with the reason. */
  readonly ended = new Promise<string>((resolve) => {
    this.#ended = resolve;
  });

  private constructor(
    private readonly options: SupervisorOptions,
    private readonly place: Place,
    private server: Server,
    private record: SupervisorRecord,
    file: string,
    private readonly logFile: LogFile,
  ) {
    this.#file = file;
    this.#timer = setInterval(() => void this.#checkFiles(), CHECK_EVERY);
  }

  /** undefined: another process is the supervisor of this home. Throws a UserError. End it with end(). */
  static async start(
    options: SupervisorOptions,
  ): Promise<Supervisor | undefined> {
    const { home, version } = options;
    await ensurePrivateDirectory(home);
    const { pid } = process;
    const [place, processStart = "", socket] = await Promise.all([
      identifyPlace(),
      identifyProcess(pid),
      newSocketPath(home),
    ]);
    const waiting: Socket[] = [];
    const server = await listenAt(socket, (each) => waiting.push(each));
    const record: SupervisorRecord = {
      version: 1,
      protocol: SUPERVISOR_PROTOCOL,
      pid,
      processStart,
      pidNamespace: place.pidNamespace,
      machine: place.machine,
      socket,
      token: freshToken(),
      startedAt: Date.now(),
    };
    const election = new Election(home, place, SUPERVISOR_PROTOCOL);
    const file = await election.win(record);
    if (file === undefined) {
      server.close();
      return undefined;
    }
    const logFile = logFileOf(home);
    const supervisor = new Supervisor(
      options,
      place,
      server,
      record,
      file,
      logFile,
    );
    supervisor.#log.info(`Berth's server ${version} has started (pid ${pid})`);
    supervisor.#host = await InstanceHost.start({
      home,
      version,
      log: supervisor.#log,
      onDidChange: () => {
        supervisor.#checkIdle();
      },
    });
    server.removeAllListeners("connection");
    server.on("connection", (each) => void supervisor.#accept(each));
    for (const each of waiting) void supervisor.#accept(each);
    supervisor.#checkIdle();
    return supervisor;
  }

  beat(): Promise<void> {
    return Promise.resolve();
  }

  endServer(): void {
    void this.end("a person has asked for a restart");
  }

  /** Withdraws every file, says goodbye to agents and windows, and frees all ports. */
  end(reason: string): Promise<void> {
    return (this.#ending ??= this.#end(reason));
  }

  /** Logs what nobody expected; the process ends next. */
  fail(error: Error): void {
    this.#log.error(`Berth's server fails: ${stackOf(error)}`);
  }

  async #end(reason: string): Promise<void> {
    this.#log.info(`Berth's server ends: ${reason}`);
    clearInterval(this.#timer);
    clearTimeout(this.#idle);
    for (const editor of this.#windows.values()) editor.onWillEnd();
    try {
      await this.#host?.shutDown();
    } catch (error) {
      this.#log.error(`It did not end cleanly: ${messageOf(error)}`);
    }
    // Only then may a successor bind the ports.
    await removeVerified(this.#file, async (file) => {
      const { token } = (await readSupervisor(file)) ?? {};
      return token === this.record.token;
    });
    this.server.close();
    for (const channel of this.#windows.keys()) channel.end();
    this.#ended(reason);
  }

  async #accept(socket: Socket): Promise<void> {
    const channel = new SocketChannel(socket, MAX_GREETING);
    const late = setTimeout(() => {
      channel.end();
    }, GREETING_TIME);
    try {
      const { token } = this.record;
      const side = {
        protocol: SUPERVISOR_PROTOCOL,
        version: this.options.version,
      };
      const { version, window } = await greetWindow(channel, token, side);
      if (!this.#host || this.#ending) throw new Error("it ends");
      channel.limit = MAX_MESSAGE_BYTES;
      this.#isOutdated ||= isNewer(version, this.options.version);
      this.#windows.set(
        channel,
        serveWindow(channel, window, this.#host, this),
      );
      this.#log.info(`A window has attached (${this.#windows.size} now)`);
      void channel.ended.then((reason) => {
        this.#forget(channel, reason);
      });
    } catch (error) {
      this.#log.warn(`A window was refused: ${messageOf(error)}`);
      channel.end();
    } finally {
      clearTimeout(late);
    }
  }

  #forget(channel: Channel, reason: string): void {
    this.#windows.delete(channel);
    this.#log.info(`A window is gone (${reason}; ${this.#windows.size} left)`);
    this.#giveWay();
  }

  /** To a newer one, and when the extension has been uninstalled. */
  #giveWay(): void {
    if (this.#windows.size > 0 || this.options.isForeground) return;
    if (this.#isOutdated) void this.end("a newer version is installed");
    else if (!existsSync(this.options.bundle))
      void this.end("the extension is gone");
  }

  #checkIdle(): void {
    clearTimeout(this.#idle);
    if (this.options.isForeground || this.#host?.isIdle !== true) return;
    this.#idle = setTimeout(() => {
      void this.end("there is nothing to host");
    }, IDLE_TIME);
  }

  /** By time, since nothing tells: the home may be removed, and its file and socket with it. */
  async #checkFiles(): Promise<void> {
    try {
      await stamp(this.#file).catch(() => undefined);
      const { socket } = this.record;
      const isReachable = socket.startsWith("\\\\") || existsSync(socket);
      const current = await readSupervisor(this.#file);
      if (isReachable && current?.token === this.record.token) return;
      if (this.#ending) return;
      await this.#publishAgain(isReachable);
    } catch (error) {
      this.#log.warn(`Its files could not be restored: ${messageOf(error)}`);
    }
  }

  async #publishAgain(isReachable: boolean): Promise<void> {
    const { home } = this.options;
    await ensurePrivateDirectory(home);
    await removeVerified(this.#file, async (file) => {
      const { token } = (await readSupervisor(file)) ?? {};
      return token === this.record.token;
    });
    if (!isReachable) {
      const socket = await newSocketPath(home);
      this.server.close();
      this.server = await listenAt(socket, (each) => void this.#accept(each));
      this.record = { ...this.record, socket };
    }
    const election = new Election(home, this.place, SUPERVISOR_PROTOCOL);
    const file = await election.win(this.record);
    if (file === undefined) void this.end("another process has taken over");
    else this.#file = file;
  }

  /** Its lines go to its file, and to every window. */
  readonly #log: Log = {
    debug: (message) => {
      this.#write("debug", message);
    },
    info: (message) => {
      this.#write("info", message);
    },
    warn: (message) => {
      this.#write("warn", message);
    },
    error: (message) => {
      this.#write("error", message);
    },
  };

  #write(level: LogLevel, message: string): void {
    this.logFile.write(level, message);
    this.options.onDidLog?.(level, message);
    for (const editor of this.#windows.values())
      editor.onDidLog(level, message);
  }
}

async function listenAt(
  socketPath: string,
  accept: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer(accept);
  server.listen(socketPath);
  await once(server, "listening");
  return server;
}

/** Versions such as 0.10.2. */
function isNewer(version: string, other: string): boolean {
  return version.localeCompare(other, "en", { numeric: true }) > 0;
}
