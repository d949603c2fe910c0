// One run of a backend's command: a session and group of its own, with a guard that ends it when this process is gone.
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import spawn from "cross-spawn";
import {
  isHeldByOtherUser,
  type ListeningPort,
  listeningPorts,
} from "../../core/system/listeningPorts";
import { identifyProcess } from "../../core/system/processIdentity";
import { listProcesses } from "../../core/system/processList";
import { processesLeft } from "../../core/backendMessages";
import { messageOf } from "../../core/errors";
import { isPortFree } from "../../core/system/ports";
import { BackendTree, MARK, RUN_MARK } from "./backendTree";
import type { BackendOutput } from "./output";

export interface Launch {
  /** The backend's. */
  readonly id: string;
  /** Path of the executable. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Path of guard.sh. */
  readonly guard: string;
  /** Whether its standard streams are spoken over, instead of only read. */
  readonly isStdio: boolean;
}

/** Milliseconds for the port to be free once the last process has ended. */
const RELEASE_TIME = 3_000;
const LOOK_EVERY = 25;

export class BackendProcess {
  readonly #tree: BackendTree;
  #stopped: Promise<string | undefined> | undefined;

  private constructor(
    run: string,
    private readonly child: ChildProcess,
    readonly pid: number,
    readonly processStart: string,
    /** Resolves with a sentence once its first process has ended. */
    readonly ended: Promise<string>,
    private readonly watcher: Watcher,
  ) {
    this.#tree = new BackendTree(
      [RUN_MARK, run],
      { pid, start: processStart },
      watcher.pid,
    );
  }

  /** Rejects with the system's error. The caller stops it, also after it has ended by itself: others of it may run. */
  static async start(
    launch: Launch,
    output: BackendOutput,
  ): Promise<BackendProcess> {
    const run = randomUUID();
    const child = launchGuarded(launch, run);
    // Heard before "spawn": it may end at once.
    const exit = once(child, "exit") as Promise<
      [number | null, NodeJS.Signals | null]
    >;
    const ended = exit.then(([code, signal]) =>
      signal === null
        ? `it ended with exit code ${String(code)}`
        : `it was ended by ${signal}`,
    );
    ended.catch(() => undefined);
    const [, stdout, stderr, guard] = child.stdio;
    if (!launch.isStdio && stdout) void output.read(stdout);
    if (stderr) void output.read(stderr);
    const watcher = new Watcher(guard as Readable | null | undefined);
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    const processStart = (await identifyProcess(pid)) ?? "";
    return new BackendProcess(run, child, pid, processStart, ended, watcher);
  }

  /** Which ports its processes listen on, and whether a process of this or another user has that one. */
  async listening(port: number): Promise<{
    readonly own: readonly ListeningPort[];
    readonly isHeldByAnother: boolean;
  }> {
    const members = await this.#tree.find();
    const own = await listeningPorts(members);
    if (isHeldByOtherUser(port)) return { own, isHeldByAnother: true };
    if (own.some((each) => each.port === port))
      return { own, isHeldByAnother: false };
    const others = (await listProcesses())
      .map(({ pid }) => pid)
      .filter((pid) => !members.has(pid));
    const held = await listeningPorts(new Set(others));
    const isHeldByAnother = held.some((each) => each.port === port);
    return { own, isHeldByAnother };
  }

  /** Only if its streams are spoken over. */
  get stdin(): Writable {
    return needed(this.child.stdin);
  }

  get stdout(): Readable {
    return needed(this.child.stdout);
  }

  /**
   * Ends every process of it; resolves when all are gone and the port is free: with undefined, or a sentence that says what is
   * still there.
   */
  stop(port: number | null): Promise<string | undefined> {
    // The system may refuse to tell of its processes, for example when no more can be started.
    return (this.#stopped ??= this.#stop(port)
      .catch(messageOf)
      .then((left) => {
        // It can be tried again.
        if (left !== undefined) this.#stopped = undefined;
        return left;
      }));
  }

  async #stop(port: number | null): Promise<string | undefined> {
    const left = await this.#tree.end();
    // What is left is still the guard's.
    if (left > 0) return processesLeft(left);
    await this.watcher.end();
    const until = performance.now() + RELEASE_TIME;
    while (port !== null && !(await isPortFree(port))) {
      if (performance.now() > until)
        return `another program holds its port ${port}`;
      await delay(LOOK_EVERY);
    }
    return undefined;
  }
}

function launchGuarded(launch: Launch, run: string): ChildProcess {
  const { id, command, args, cwd, guard, isStdio } = launch;
  const env = { ...launch.env, [MARK]: id, [RUN_MARK]: run };
  const streams = [isStdio ? "pipe" : "ignore", "pipe", "pipe"] as const;
  // Windows has no process groups: its own way to end a tree finds the descendants.
  return process.platform === "win32"
    ? spawn(command, [...args], { cwd, env, stdio: [...streams] })
    : spawn("/bin/sh", [guard, id, run, command, ...args], {
        cwd,
        env: launch.env,
        stdio: [...streams, "pipe"],
        detached: true,
      });
}

function needed<T>(stream: T | null): T {
  if (stream === null) throw new Error("It was started without the stream.");
  return stream;
}

/** The part of guard.sh that waits for the end of this process. It tells its pid first. */
class Watcher {
  #identity: Promise<[pid: number, start: string | undefined] | undefined>;
  #pid: number | undefined;

  constructor(private readonly pipe: Readable | null | undefined) {
    pipe?.on("error", () => undefined);
    this.#identity = new Promise((resolve) => {
      pipe?.once("data", (line: Buffer) => {
        const pid = Number(line.toString());
        // -1 and 0 would be everybody.
        if (!Number.isSafeInteger(pid) || pid <= 1) return;
        this.#pid = pid;
        resolve(identifyProcess(pid).then((start) => [pid, start]));
      });
      pipe?.once("close", () => {
        resolve(undefined);
      });
      if (!pipe) resolve(undefined);
    });
  }

  readonly pid = (): number | undefined => this.#pid;

  /** To be called when nothing is left that it watches. */
  async end(): Promise<void> {
    const [pid, start] = (await this.#identity) ?? [];
    if (pid !== undefined && (await identifyProcess(pid)) === start)
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    this.pipe?.destroy();
  }
}
