// The one process per user and Berth home that hosts all instances and backends: windows attach to it, programs ask it, and it
// outlives each of them.
import { existsSync } from "node:fs";
import path from "node:path";
import type { Channel } from "../core/control/channel";
import { messageOf, stackOf } from "../core/errors";
import type { LogLevel } from "../core/log";
import type { ServerApi } from "../host/contract";
import type { Endpoint } from "../host/endpoint/endpoint";
import { InstanceHost } from "../host/reconcile/instanceHost";
import { openApi } from "./api/apiEndpoint";
import { BackendHost } from "./backends/backendHost";
import { machineBackends } from "./backends/machineBackends";
import { WindowBackends } from "./backends/windowBackends";
import { Presence } from "./presence";
import { SupervisorLog } from "./supervisorLog";
import { type ServedWindow, serveWindow } from "./windowConnection";
import { WindowServer } from "./windowServer";

export interface SupervisorOptions {
  readonly home: string;
  /** Of the extension. */
  readonly version: string;
  /** The file that runs here: it goes when the extension is updated or uninstalled. */
  readonly bundle: string;
  /** Stays until it is told to end. */
  readonly isForeground: boolean;
  /** Of the HTTP API; undefined: the first free one of the home's own order. */
  readonly port?: number | undefined;
  /** Of its log; undefined: that of the home. */
  readonly logFile?: string | undefined;
  /** Is told each line of the log. */
  readonly onDidLog?: (level: LogLevel, message: string) => void;
}

interface Hosts {
  readonly instances: InstanceHost;
  readonly backends: BackendHost;
}

/** Milliseconds with nothing to host after which it ends; on Windows a running program cannot be replaced by an update. */
const IDLE_TIME = process.platform === "win32" ? 0 : 60_000;

export class Supervisor implements ServerApi {
  readonly #windows: WindowServer;
  #hosts: Hosts | undefined;
  #api: Endpoint | undefined;
  #idle: NodeJS.Timeout | undefined;
  #notifying: NodeJS.Immediate | undefined;
  #starting: Promise<void> = Promise.resolve();
  #ending: Promise<void> | undefined;
  #ended: (reason: string) => void = () => undefined;

  /** Resolves with the reason. */
  readonly ended = new Promise<string>((resolve) => {
    this.#ended = resolve;
  });

  private constructor(
    private readonly options: SupervisorOptions,
    private readonly presence: Presence,
    private readonly log: SupervisorLog,
  ) {
    this.#windows = new WindowServer({
      token: presence.record.token,
      version: options.version,
      serve: (channel, window) => this.#serve(channel, window),
      onDidEmpty: () => {
        this.#giveWay();
      },
      log,
    });
    log.onDidWrite((level, message) => {
      this.#windows.writeLog(level, message);
    });
  }

  /** undefined: another process is the supervisor of this home. Throws a UserError. End it with end(). */
  static async start(
    options: SupervisorOptions,
  ): Promise<Supervisor | undefined> {
    const { home, version, logFile, onDidLog } = options;
    const log = new SupervisorLog(home, logFile);
    if (onDidLog) log.onDidWrite(onDidLog);
    const presence = await Presence.claim(home, log);
    if (!presence) return undefined;
    const supervisor = new Supervisor(options, presence, log);
    log.info(`Berth's server ${version} has started (pid ${process.pid})`);
    try {
      await (supervisor.#starting = supervisor.#start());
    } catch (error) {
      await supervisor.end(messageOf(error));
      throw error;
    }
    return supervisor;
  }

  beat(): Promise<void> {
    return Promise.resolve();
  }

  endServer(): void {
    void this.end("a person has asked for a restart");
  }

  /** Withdraws every file, ends all backends, says goodbye to agents and windows, and frees all ports. */
  end(reason: string): Promise<void> {
    return (this.#ending ??= this.#end(reason));
  }

  /** Logs what nobody expected; the process ends next. */
  fail(error: Error): void {
    this.log.error(`Berth's server fails: ${stackOf(error)}`);
  }

  async #start(): Promise<void> {
    const { presence, log } = this;
    const { home, version, bundle } = this.options;
    const { token } = presence.record;
    const onDidChange = (): void => {
      this.#noteChange();
    };
    const instances = await InstanceHost.start({
      home,
      version,
      log,
      backends: {
        of: (worktree) =>
          machineBackends(this.#hosts?.backends.all ?? [], worktree),
        areUsed: (worktree) => {
          const backends = this.#hosts?.backends;
          return (
            backends !== undefined &&
            (backends.sessions.areOn(worktree) ||
              backends.choices.isAnyWanted(worktree))
          );
        },
        restart: async (worktree, name) => {
          const backend = await this.#hosts?.backends.claim(worktree, name);
          await backend?.restart();
        },
      },
      onDidChange: () => {
        this.#hosts?.backends.check();
        onDidChange();
      },
    });
    const backends = new BackendHost({
      home,
      version,
      supervisor: presence.record,
      place: presence.place,
      guard: path.join(path.dirname(bundle), "guard.sh"),
      instances,
      onDidChange: () => {
        instances.noteBackends();
        onDidChange();
      },
      log,
    });
    this.#hosts = { instances, backends };
    presence.accept({
      onDidConnect: (socket) => void this.#windows.accept(socket),
      onDidLose: () => void this.end("another process has taken over"),
    });
    await this.#openApi({ instances, backends }, token);
    onDidChange();
  }

  /** Without it windows are served all the same. */
  async #openApi({ instances, backends }: Hosts, token: string): Promise<void> {
    const { home, port } = this.options;
    const { log } = this;
    try {
      this.#api = await openApi(backends, {
        home,
        token,
        port,
        instances,
        log,
      });
      await this.presence.announcePort(this.#api.address.port);
    } catch (error) {
      if (port !== undefined) throw error;
      this.log.error(`Programs cannot ask for backends: ${messageOf(error)}`);
    }
  }

  async #end(reason: string): Promise<void> {
    this.log.info(`Berth's server ends: ${reason}`);
    clearTimeout(this.#idle);
    this.#windows.announceEnd();
    // A window may end it at once: what opens meanwhile would stay open, and be announced after it is withdrawn.
    await this.#starting.catch(() => undefined);
    this.#api?.stopAccepting();
    const ended = await Promise.allSettled([
      this.#hosts?.instances.shutDown(),
      this.#hosts?.backends.dispose(),
    ]);
    for (const each of ended)
      if (each.status === "rejected")
        this.log.error(`It did not end cleanly: ${messageOf(each.reason)}`);
    await this.#api?.close();
    await this.presence.withdraw();
    this.#windows.close();
    this.#ended(reason);
  }

  #serve(channel: Channel, window: unknown): ServedWindow {
    if (!this.#hosts || this.#ending) throw new Error("it ends");
    const { instances, backends } = this.#hosts;
    return serveWindow(
      channel,
      window,
      instances,
      this,
      (attached, editor) => new WindowBackends(attached, editor, backends),
    );
  }

  /** To a newer one, and when the extension has been uninstalled. */
  #giveWay(): void {
    if (this.options.isForeground) return;
    // A program that holds a backend is not cut off for it.
    if ((this.#hosts?.backends.sessions.count ?? 0) > 0) return;
    if (this.#windows.isOutdated) void this.end("a newer version is installed");
    else if (!existsSync(this.options.bundle))
      void this.end("the extension is gone");
  }

  /** Coalesces the changes of one tick. */
  #noteChange(): void {
    if (this.#ending) return;
    this.#notifying ??= setImmediate(() => {
      this.#notifying = undefined;
      this.#windows.notify();
      this.#checkIdle();
    });
  }

  #checkIdle(): void {
    clearTimeout(this.#idle);
    if (this.options.isForeground || this.#ending || !this.#hosts) return;
    const { instances, backends } = this.#hosts;
    if (!instances.isIdle || !backends.isIdle) return;
    this.#idle = setTimeout(() => {
      void this.end("there is nothing to host");
    }, IDLE_TIME);
  }
}
