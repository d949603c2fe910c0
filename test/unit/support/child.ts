// Jobs that tests run in other processes, as `node child.js` with node's own IPC.
// Heavy modules are loaded only by the jobs that need them: fifty of these may start at once.
import { createServer } from "node:http";
import path from "node:path";
import { writeJson } from "../../../src/core/system/atomicFile";
import { LockFiles } from "../../../src/core/registry/lockFiles";
import { listen, type PortRange } from "../../../src/core/system/ports";
import { pidExists } from "../../../src/core/system/processIdentity";
import { Records } from "../../../src/core/registry/records";
import { ProcessLiveness } from "../../../src/core/registry/liveness";
import { sweep } from "../../../src/core/registry/sweep";
import type { WindowSetup } from "./window";

const noRoutes = {
  http: new Map(),
  webSocket: new Map(),
  admit: () => true,
};
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const jobs = {
  /** Opens an endpoint for the worktree in the range and keeps it; answers with its port or the error. */
  async choosePort(worktree: string, range: PortRange) {
    const { choosePort } =
      await import("../../../src/host/instance/choosePort");
    const situation = {
      worktree,
      range,
      kept: [],
      workspace: null,
      holderOf: () => undefined,
      discoveryFiles: [],
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
    process.setgid?.(65_534);
    process.setuid?.(65_534);
    return {
      hasBound: await listen(createServer(), port),
      seesInit: pidExists(1),
    };
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

  async sweep(home: string, lockDirectory: string) {
    await sweep(
      new Records(path.join(home, "instances")),
      [new LockFiles(lockDirectory)],
      new ProcessLiveness(),
      silent,
    );
    return "done";
  },

  /** A whole window; answers when its instances run, and stays open until it is told to close. */
  async window(setup: WindowSetup) {
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
