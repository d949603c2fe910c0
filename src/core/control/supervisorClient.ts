// Starts the supervisor and connects to it, from any process.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Channel, SocketChannel } from "./channel";
import { greetSupervisor } from "./greeting";
import {
  SUPERVISOR_PROTOCOL,
  supervisorLog,
  type SupervisorRecord,
} from "./supervisorRecord";

export interface Connection {
  readonly channel: Channel;
  /** Of the extension that the supervisor was started with. */
  readonly version: string;
}

/** Nothing has answered in time: it hangs, or is very busy. */
export class NoAnswerInTime extends Error {}

/** Attaches the window. Rejects with the system's error, or NoAnswerInTime. The caller ends the channel. */
export async function connectToSupervisor(
  { socket: path, token }: SupervisorRecord,
  version: string,
  window: unknown,
  timeout: number,
): Promise<Connection> {
  const settled = new AbortController();
  const socket = connect(path);
  const channel = new SocketChannel(socket);
  const late = async (): Promise<never> => {
    await delay(timeout, undefined, { signal: settled.signal });
    throw new NoAnswerInTime("it does not answer");
  };
  const greet = async (): Promise<Connection> => {
    await once(socket, "connect");
    const side = { protocol: SUPERVISOR_PROTOCOL, version };
    const answer = await greetSupervisor(channel, token, side, window);
    return { channel, version: answer };
  };
  try {
    return await Promise.race([greet(), late()]);
  } catch (error) {
    channel.end();
    throw error;
  } finally {
    settled.abort();
  }
}

/** What the process itself needs of an environment. What git and agents need comes with each window. */
const KEPT_VARIABLES =
  /^(HOME|USER|LOGNAME|PATH|LANG|LC_ALL|TMPDIR|XDG_CONFIG_HOME|TEMP|TMP|SystemRoot|windir|USERPROFILE|LOCALAPPDATA|APPDATA|ComSpec|PATHEXT)$/i;

/**
 * Starts `file` (dist/supervisor.js) detached from this process, with this process's own runtime as Node. It outlives
 * whoever starts it, and ends by itself.
 */
export class StartedSupervisor {
  readonly #at = new Date().toISOString();
  #failure: Error | number | undefined;
  #hasExited = false;

  constructor(
    file: string,
    private readonly home: string,
  ) {
    const child = spawnDetached(file, home);
    child.once("error", (error) => {
      this.#failure = error;
    });
    child.once("exit", (code, signal) => {
      this.#hasExited = true;
      // Otherwise another one was faster, or it was killed.
      if (code !== 0 && signal === null) this.#failure = code ?? 0;
    });
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** Why it cannot be started; undefined while nobody knows of a reason. */
  async failure(): Promise<Error | undefined> {
    if (typeof this.#failure !== "number") return this.#failure;
    const log = await readFile(supervisorLog(this.home), "utf8").catch(
      () => "",
    );
    const last = log.trimEnd().split("\n").at(-1) ?? "";
    return new Error(
      last >= this.#at ? last : `it ended with ${this.#failure}`,
    );
  }
}

function spawnDetached(file: string, home: string): ChildProcess {
  const kept = Object.entries(process.env).filter(([name]) =>
    KEPT_VARIABLES.test(name),
  );
  // Megabytes: it serves small messages for days, and is to stay small.
  const child = spawn(
    process.execPath,
    ["--max-semi-space-size=2", file, home],
    {
      detached: true,
      // It holds no file of this process open.
      stdio: "ignore",
      cwd: home,
      env: {
        ...Object.fromEntries(kept),
        ELECTRON_RUN_AS_NODE: "1",
        // Node from 22.1 on loads the bundle faster by it.
        NODE_COMPILE_CACHE: path.join(home, "cache"),
      },
      windowsHide: true,
    },
  );
  child.unref();
  return child;
}
