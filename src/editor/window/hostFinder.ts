// Finds the supervisor, starts it where there is none, and ends one that hangs. Where no second process can be started, or
// supervisors keep dying, the same host runs in this process.
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import type { Channel } from "../../core/control/channel";
import {
  connectToSupervisor,
  NoAnswerInTime,
  StartedSupervisor,
} from "../../core/control/supervisorClient";
import {
  findSupervisor,
  isRunning,
  type SupervisorRecord,
} from "../../core/control/supervisorRecord";
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";
import { identifyPlace } from "../../core/system/machine";
import { ensurePrivateDirectory } from "../../core/system/privateDirectory";
import type { WindowOptions } from "../../host/contract";

export interface FinderOptions {
  /** Path of the supervisor's bundle. */
  readonly file: string;
  /** Berth's home. */
  readonly home: string;
  /** Of this extension. */
  readonly version: string;
  readonly log: Log;
}

export interface FoundHost {
  /** Differs for each host. */
  readonly id: string;
  readonly channel: Channel;
  /** Ends it for good: a supervisor that hangs, or a host in this process. */
  readonly terminate: () => Promise<void>;
  /** The window goes; resolves once nothing of it is left here. */
  readonly leave: () => Promise<void>;
}

/** So many deaths within so many milliseconds: it is not tried again in a process of its own. */
const MAX_DEATHS = 3;
const DEATH_WINDOW = 60_000;
/** Milliseconds for a supervisor to start, or to be reachable again. */
const START_TIME = 10_000;
/** Milliseconds for a supervisor to greet: it may be busy, or the whole computer. */
const GREETING_TIME = 10_000;
const LOOK_EVERY = 10;
/** Milliseconds for a host in this process to withdraw its files; VS Code gives the whole extension 5 s. */
const SHUTDOWN_TIME = 4_700;

/** What the supervisor's bundle offers instead of a process of its own. */
export type HostInProcess = (
  home: string,
  window: WindowOptions,
) => Promise<{
  readonly channel: Channel;
  readonly shutDown: () => Promise<void>;
}>;

export class HostFinder {
  readonly #place = identifyPlace();
  readonly #deaths: number[] = [];
  #isDisposed = false;

  constructor(private readonly options: FinderOptions) {}

  /** undefined after dispose(). */
  async find(window: () => WindowOptions): Promise<FoundHost | undefined> {
    const { log } = this.options;
    try {
      await ensurePrivateDirectory(this.options.home);
      while (this.#deaths.length < MAX_DEATHS && !this.#isDisposed) {
        const found = await this.#attach(window);
        if (found) return found;
        this.noteDeath("it could not be reached");
      }
    } catch (error) {
      log.warn(`Berth's server cannot be started: ${messageOf(error)}`);
    }
    return this.#isDisposed ? undefined : this.#hostHere(window);
  }

  /** A person wants a clean start. */
  forgetDeaths(): void {
    this.#deaths.length = 0;
  }

  /** The host that was found has ended unasked. */
  noteDeath(reason: string): void {
    const now = performance.now();
    // Once in this process, it stays here.
    if (this.#deaths.length < MAX_DEATHS)
      while ((this.#deaths[0] ?? now) < now - DEATH_WINDOW)
        this.#deaths.shift();
    this.#deaths.push(now);
    this.options.log.error(
      `Berth's server has died (${reason}) and is started again${this.#deaths.length < MAX_DEATHS ? "" : ", in this window's own process from now on"}`,
    );
  }

  dispose(): void {
    this.#isDisposed = true;
  }

  /** undefined: none could be reached in time. Throws what starting a process throws. */
  async #attach(window: () => WindowOptions): Promise<FoundHost | undefined> {
    const { file, home, log } = this.options;
    const place = await this.#place;
    const until = performance.now() + START_TIME;
    let child: StartedSupervisor | undefined;
    let last: SupervisorRecord | undefined;
    while (performance.now() < until && !this.#isDisposed) {
      const record = await findSupervisor(home, place);
      const isUp = record !== undefined && (await isRunning(record));
      if (isUp) {
        last = record;
        const channel = await this.#connect(record, window);
        if (channel)
          return {
            id: `${record.pid} ${record.processStart}`,
            channel,
            terminate: () => terminate(record, log),
            leave: () => Promise.resolve(),
          };
      } else if (!child || child.hasExited)
        child = new StartedSupervisor(file, home);
      await delay(LOOK_EVERY);
      const failure = await child?.failure();
      if (failure) throw failure;
    }
    if (last) await terminate(last, log);
    return undefined;
  }

  async #connect(
    record: SupervisorRecord,
    window: () => WindowOptions,
  ): Promise<Channel | undefined> {
    const { version, log } = this.options;
    try {
      const { channel } = await connectToSupervisor(
        record,
        version,
        window(),
        GREETING_TIME,
      );
      return channel;
    } catch (error) {
      log.debug(`Berth's server was not reached: ${messageOf(error)}`);
      if (error instanceof NoAnswerInTime) await terminate(record, log);
      return undefined;
    }
  }

  async #hostHere(window: () => WindowOptions): Promise<FoundHost> {
    const { file, home, log } = this.options;
    log.warn("The instances of this window run in its own process");
    const { hostInProcess } = createRequire(file)(file) as {
      hostInProcess: HostInProcess;
    };
    const { channel, shutDown } = await hostInProcess(home, window());
    const leave = async (): Promise<void> => {
      const late = new AbortController();
      const timeout = delay(SHUTDOWN_TIME, undefined, { signal: late.signal });
      await Promise.race([shutDown(), timeout.catch(() => undefined)]);
      late.abort();
    };
    return { id: randomUUID(), channel, terminate: leave, leave };
  }
}

/** Kills it, unless its process has ended or its pid is another process's by now. */
async function terminate(record: SupervisorRecord, log: Log): Promise<void> {
  if (!(await isRunning(record))) return;
  log.warn(`Berth's server (pid ${record.pid}) hangs, and is ended`);
  try {
    process.kill(record.pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
