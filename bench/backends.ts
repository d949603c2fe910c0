// Backends through the HTTP API of `berth serve`: what a request costs, how soon deaths are noticed, what each takes, and what is
// left after minutes in which requesters, backends and windows are killed at random (BERTH_BENCH_SECONDS; five minutes).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { pidExists } from "../src/core/system/processIdentity";
import { until } from "../test/harness/until";
import { Ground } from "../test/unit/support/ground";
import { addWorktree, makeRepository } from "../test/unit/support/repositories";
import { type Granted, onPort, Serve } from "../test/unit/support/serve";
import { median, type Row } from "./row";
import { killAtRandom } from "./support/killing";
import { pssOf } from "./support/pss";

const WORKTREES = 20;
const REPETITIONS = 20;

export async function backends(): Promise<Row[]> {
  const ground = new Ground();
  ground.start();
  try {
    const worktrees = makeWorktrees(ground);
    const serve = await Serve.start(ground, {
      web: onPort(),
      auto: { ...onPort(), start: "withWorktree" },
    });
    return [
      ...(await measureMany(serve, worktrees)),
      ...(await measureLife(serve, worktrees)),
      ...(await killAtRandom(ground, serve, worktrees)),
    ];
  } finally {
    await ground.end();
  }
}

function makeWorktrees(ground: Ground): readonly string[] {
  const app = makeRepository(ground.path("app"));
  return [
    app,
    ...Array.from({ length: WORKTREES - 1 }, (_, index) =>
      addWorktree(app, ground.path(`feature-${index}`), `feature-${index}`),
    ),
  ];
}

/** One at a time. */
async function measureLife(
  serve: Serve,
  [worktree = ""]: readonly string[],
): Promise<Row[]> {
  const starts: number[] = [];
  const bare: number[] = [];
  const requests: number[] = [];
  const stops: number[] = [];
  const deaths: number[] = [];
  for (let count = 0; count < REPETITIONS; count += 1) {
    bare.push(await timeOf(startBare));
    const first = await timed(() => serve.request(worktree, "web"));
    starts.push(first.took);
    const again = await timed(() => serve.request(worktree, "web"));
    requests.push(again.took);
    await serve.release(again.value.session_id);
    stops.push(await timeOf(() => serve.release(first.value.session_id)));
  }
  for (let count = 0; count < 5; count += 1) {
    const holder = spawn("sleep", ["1000"]);
    await once(holder, "spawn");
    const { pid } = await serve.request(worktree, "web", holder.pid);
    holder.kill("SIGKILL");
    deaths.push(
      await timeOf(() => until("it has ended", () => !pidExists(pid))),
    );
  }
  // The first crash: each one after it waits longer.
  const held = await serve.request(worktree, "web");
  process.kill(held.pid, "SIGKILL");
  const back = await timeOf(() => returned(serve, held));
  await serve.release(held.session_id);
  const ms = { kind: "measured", unit: "ms" } as const;
  return [
    {
      ...ms,
      what: "request of a backend that runs",
      measured: median(requests),
      budget: { atMost: 10 },
    },
    {
      ...ms,
      what: "request of one that does not, until it is ready",
      measured: median(starts),
      reference: {
        what: "the same program started from a shell, until it answers",
        measured: median(bare),
      },
    },
    {
      ...ms,
      what: "release of the last session, until nothing is left",
      measured: median(stops),
    },
    {
      ...ms,
      what: "SIGKILL of a requester, until its backend has ended",
      measured: median(deaths),
      budget: { atMost: 2_000 },
    },
    {
      ...ms,
      what: "first SIGKILL of a backend, until it is ready again",
      measured: back,
    },
  ];
}

async function returned(serve: Serve, held: Granted): Promise<void> {
  await until("it is ready again", async () => {
    const { body } = await serve.ask("GET", "/backends");
    const all = body["backends"] as {
      id: string;
      state: string;
      pid?: number;
    }[];
    const found = all.find(({ id }) => id === held.backend_id);
    return found?.state === "ready" && found.pid !== held.pid;
  });
}

async function startBare(): Promise<void> {
  const port = 19_400;
  const { command, args } = onPort();
  const child = spawn(
    command,
    args.map((each) => each.replace("${port}", String(port))),
    { stdio: "ignore" },
  );
  await until(
    "it answers",
    async () => (await fetch(`http://127.0.0.1:${port}/`)).ok,
  );
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function measureMany(
  serve: Serve,
  worktrees: readonly string[],
): Promise<Row[]> {
  const [worktree = ""] = worktrees;
  // What is loaded with the first one is not each one's.
  const { session_id: first } = await serve.request(worktree, "web");
  await serve.release(first);
  const before = pssOf(serve.pid);
  if (before === undefined)
    return [
      { kind: "skipped", what: "memory of backends", why: "only Linux tells" },
    ];
  const granted = await Promise.all(
    worktrees.map((worktree) => serve.request(worktree, "web")),
  );
  const after = pssOf(serve.pid) ?? Number.NaN;
  const guards = granted.map(({ pid }) => pssOf(guardOf(pid)));
  await Promise.all(granted.map(({ session_id }) => serve.release(session_id)));
  const mb = { kind: "measured", unit: "MB" } as const;
  return [
    {
      ...mb,
      what: `memory of the supervisor added by each backend, at ${WORKTREES} (PSS)`,
      measured: (after - before) / WORKTREES,
      budget: { atMost: 0.2 },
    },
    {
      ...mb,
      what: "memory of a backend's guard (PSS)",
      measured: median(guards.filter((each) => each !== undefined)),
      budget: { atMost: 2 },
    },
  ];
}

/** The process beside the backend in its group, which is not one of its own. */
function guardOf(group: number): number {
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => pid !== group && groupOf(pid) === group);
  if (found === undefined) throw new Error("It has no guard.");
  return found;
}

function groupOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // State, parent and group follow the name in parentheses.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return undefined;
  }
}

async function timed<T>(
  action: () => Promise<T>,
): Promise<{ readonly value: T; readonly took: number }> {
  const start = performance.now();
  const value = await action();
  return { value, took: performance.now() - start };
}

async function timeOf(action: () => Promise<unknown>): Promise<number> {
  return (await timed(action)).took;
}
