// Sessions over many worktrees, and windows, of which any may be killed at any time: what is left after them.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pidExists } from "../../src/core/system/processIdentity";
import { until } from "../../test/harness/until";
import { Child } from "../../test/unit/support/children";
import type { Ground } from "../../test/unit/support/ground";
import {
  type Granted,
  marked,
  type Serve,
} from "../../test/unit/support/serve";
import { isFree } from "../../test/unit/support/sockets";
import type { Row } from "../row";

const SESSIONS = 50;
const WINDOWS = 4;
const SECONDS = Number(process.env["BERTH_BENCH_SECONDS"] ?? 300);

/** Sessions over all worktrees, and windows, while anything of that is killed. */
export async function killAtRandom(
  ground: Ground,
  serve: Serve,
  worktrees: readonly string[],
): Promise<Row[]> {
  const scene = new Killing(ground, serve, worktrees);
  const end = performance.now() + 1_000 * SECONDS;
  while (performance.now() < end) {
    await scene.fill();
    scene.killOne();
    await delay(100);
  }
  return scene.end();
}

type Victim = "requesters" | "backends" | "windows";

class Killing {
  readonly #kills: Record<Victim, number> = {
    requesters: 0,
    backends: 0,
    windows: 0,
  };
  readonly #ids = new Set<string>();
  readonly #ports = new Set<number>();
  #requesters: { process: ChildProcess; granted: Granted }[] = [];
  #windows: Child<"window">[] = [];
  #refused = 0;

  constructor(
    private readonly ground: Ground,
    private readonly serve: Serve,
    private readonly worktrees: readonly string[],
  ) {}

  async fill(): Promise<void> {
    while (this.#requesters.length < SESSIONS) await this.#request();
    while (this.#windows.length < WINDOWS) await this.#openWindow();
  }

  killOne(): void {
    const victims: Victim[] = [
      "requesters",
      "requesters",
      "backends",
      "windows",
    ];
    const victim = victims[Math.floor(Math.random() * victims.length)];
    if (victim === undefined) return;
    this.#kills[victim] += 1;
    const index = Math.floor(Math.random() * SESSIONS);
    if (victim === "windows") {
      const [window] = this.#windows.splice(index % WINDOWS, 1);
      void window?.kill();
    } else if (victim === "requesters")
      this.#requesters.splice(index, 1)[0]?.process.kill("SIGKILL");
    else void this.#killBackend(index);
  }

  async end(): Promise<Row[]> {
    for (const window of this.#windows) await window.kill();
    const start = performance.now();
    for (const { process } of this.#requesters) process.kill("SIGKILL");
    const left = async () => ({
      processes: [...this.#ids].flatMap(marked).length,
      ports: (await Promise.all([...this.#ports].map(isFree))).filter(
        (free) => !free,
      ).length,
      files: readdirSync(path.join(this.ground.home, "backends")).length,
    });
    const untilNoneLeft = async (
      ...kinds: (keyof Awaited<ReturnType<typeof left>>)[]
    ) =>
      until(
        `no ${kinds.join()} are left`,
        async () => {
          const found = await left();
          return kinds.every((kind) => found[kind] === 0);
        },
        90_000,
      ).catch(() => undefined);
    await untilNoneLeft("processes", "ports");
    const took = performance.now() - start;
    // Those that have failed are shown for a while.
    await untilNoneLeft("files");
    const rest = await left();
    const what = `after ${SECONDS} s with ${SESSIONS} sessions over ${this.worktrees.length} worktrees and ${WINDOWS} windows, of which ${this.#kills.requesters} requesters, ${this.#kills.backends} backends and ${this.#kills.windows} windows were killed`;
    const times = { kind: "measured", unit: "times" } as const;
    const none = { atMost: 0 };
    return [
      {
        ...times,
        what: `processes left ${what}`,
        measured: rest.processes,
        budget: none,
      },
      { ...times, what: "ports left", measured: rest.ports, budget: none },
      { ...times, what: "files left", measured: rest.files, budget: none },
      {
        ...times,
        what: "requests refused meanwhile",
        measured: this.#refused,
        budget: none,
      },
      {
        kind: "measured",
        unit: "ms",
        what: "all requesters killed, until no process and no port is left",
        measured: took,
      },
    ];
  }

  async #request(): Promise<void> {
    const worktree = this.#worktree();
    const holder = spawn("sleep", ["1000"]);
    await once(holder, "spawn");
    try {
      const granted = await this.serve.request(worktree, "web", holder.pid);
      this.#ids.add(granted.backend_id);
      this.#ports.add(granted.port);
      this.#requesters.push({ process: holder, granted });
    } catch (error) {
      this.#refused += 1;
      console.error(error);
      holder.kill("SIGKILL");
    }
  }

  async #openWindow(): Promise<void> {
    const window = new Child(this.ground, "window", {
      home: this.ground.home,
      lockDirectory: this.ground.locks,
      folders: [this.#worktree()],
    });
    await window.run();
    this.#windows.push(window);
  }

  async #killBackend(index: number): Promise<void> {
    const { backends } = (await this.serve.ask("GET", "/backends")).body as {
      backends: { id: string; pid?: number; port?: number }[];
    };
    const running = backends.filter(({ pid }) => pid !== undefined);
    for (const { id, port } of running) {
      this.#ids.add(id);
      if (port !== undefined) this.#ports.add(port);
    }
    const { pid } = running[index % running.length] ?? {};
    if (pid !== undefined && pidExists(pid)) process.kill(pid, "SIGKILL");
  }

  #worktree(): string {
    const index = Math.floor(Math.random() * this.worktrees.length);
    return this.worktrees[index] ?? "";
  }
}
