// Jobs that tests run in other processes, as `node child.js` with node's own IPC.
// Heavy modules are loaded only by the jobs that need them: fifty of these may start at once.
import { execFileSync } from "node:child_process";
import {
  linkSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { readJson, writeJson } from "../../../src/core/system/atomicFile";
import { listen, type PortRange } from "../../../src/core/system/ports";
import { pidExists } from "../../../src/core/system/processIdentity";
import {
  registryFiles,
  type RegistryLocations,
} from "../../../src/core/registry/registryFiles";
import type { Place } from "../../../src/core/system/machine";
import { sweep } from "../../../src/core/registry/sweep";
import type { WindowSetup } from "./window";

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const noRoutes = {
  http: new Map(),
  webSocket: new Map(),
  admit: () => true,
  onDidFail: () => undefined,
  log: silent,
};

const jobs = {
  /** Opens an endpoint for the worktree in the range and keeps it; answers with its port or the error. */
  async choosePort(worktree: string, range: PortRange) {
    const { choosePort } =
      await import("../../../src/host/instance/choosePort");
    const situation = {
      worktree,
      range,
      controlToken: "control",
      kept: [],
      forget: () => Promise.resolve(),
      isServed: () => false,
      foreignPorts: new Set<number>(),
      signal: new AbortController().signal,
    };
    try {
      return (await choosePort(situation, noRoutes)).address.port;
    } catch (error) {
      return (error as Error).message;
    }
  },

  /** As an unprivileged user: whether the port can be bound, and whether root's init process is visible. */
  async asNobody(port: number) {
    becomeNobody();
    return {
      hasBound: await listen(createServer(), port),
      seesInit: pidExists(1),
    };
  },

  /** As an unprivileged user: holds the port, writes all it is sent to the file, and always answers the same. */
  async squat(port: number, file: string, answer: string | null) {
    const received = openSync(file, "w");
    becomeNobody();
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        writeSync(received, chunk);
        if (answer !== null) socket.end(answer);
      });
    });
    return listen(server, port);
  },

  /** As an unprivileged user: makes the file a regular one, a named pipe and a link to a device in turn, until killed. */
  async flipAsNobody(file: string) {
    becomeNobody();
    const pipe = `${file}.pipe`;
    execFileSync("mkfifo", [pipe]);
    for (let turn = 0; ; turn += 1) {
      rmSync(file, { force: true });
      if (turn % 3 === 0) writeFileSync(file, "{}");
      else if (turn % 3 === 1) linkSync(pipe, file);
      else symlinkSync("/dev/zero", file);
      await new Promise(setImmediate);
    }
  },

  /** Writes the file repeatedly, each time with padding of a different length. */
  async write(file: string, times: number) {
    for (let count = 0; count < times; count += 1)
      await writeJson(file, {
        count,
        padding: "x".repeat((count * 997) % 50_000),
      });
    return times;
  },

  async sweep(locations: RegistryLocations, place: Place) {
    await sweep(registryFiles(locations, place), silent);
    return "done";
  },

  /** Reads the file over and over, and counts how often there was something to read. */
  async read(file: string, times: number) {
    let count = 0;
    for (let turn = 0; turn < times; turn += 1)
      if ((await readJson(file)) !== undefined) count += 1;
    return count;
  },

  /**
   * A whole window; answers when its instances run, and stays open until it is told to close. One that can start no process
   * hosts them by itself.
   */
  async window(setup: WindowSetup, { canSpawn = true } = {}) {
    if (!canSpawn) process.execPath = "/nonexistent";
    const { Window } = await import("./window");
    const window = await Window.open(setup);
    process.on("message", (message) => {
      if (message === "close")
        void window.dispose().then(() => {
          process.disconnect();
        });
    });
    return window.record();
  },
};
export type Jobs = typeof jobs;

function becomeNobody(): void {
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}

/** Tells the parent that everything is loaded, and starts when told to. */
async function main(): Promise<void> {
  const [name = "", args = "[]"] = process.argv.slice(2);
  // Without a parent this process has no purpose.
  process.on("disconnect", () => process.exit());
  const started = new Promise((resolve) => process.once("message", resolve));
  process.send?.("ready");
  await started;
  const known: Record<string, (...args: never[]) => Promise<unknown>> = jobs;
  const answer = await known[name]?.(...(JSON.parse(args) as never[]));
  process.send?.({ answer });
}

void main();
