// How long a worktree's server is away while its window reloads, and when a retrying agent is back. In a real VS Code.
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import type { WorkbenchWindow } from "../test/harness/workbenchWindow";
import { median, type Row } from "./row";
import type { Endpoint } from "./support/rpcClient";
import {
  lockOf,
  type RealVSCode,
  type SeenLock,
  startVSCode,
} from "./support/realWindow";

const REPETITIONS = 3;
/** Milliseconds before a reload. */
const REST = 1_500;
/** Milliseconds between two tries. */
const TRY_EVERY = 5;

interface Reload {
  /** Milliseconds in which no connection to the port was accepted. */
  readonly away: number;
  /** Milliseconds from the agent's lost connection to its next one, with the old token on the old port. */
  readonly agentAway: number;
  readonly keptAddress: boolean;
}

export async function reload(): Promise<Row[]> {
  const [first, second] = await Promise.all([
    openWindow("*"),
    openWindow("onStartupFinished"),
  ]);
  const star: Reload[] = [];
  const finished: Reload[] = [];
  // Turn by turn, so that whatever else the machine does falls on both; the first turn is the warm-up.
  for (let turn = 0; turn <= REPETITIONS; turn += 1) {
    star.push(await reloadWindow(first));
    finished.push(await reloadWindow(second));
  }
  star.shift();
  finished.shift();
  await Promise.all([first, second].map(({ vscode }) => vscode.stop()));
  const what = "activated by `onStartupFinished`";
  const kept = star.filter(({ keptAddress }) => keptAddress).length;
  return [
    {
      kind: "measured",
      what: `server away at a window reload (same port and token ${kept} of ${star.length} times)`,
      unit: "ms",
      measured: median(star.map(({ away }) => away)),
      reference: { what, measured: median(finished.map(({ away }) => away)) },
      budget: { of: "value", atMost: 1_500 },
    },
    {
      kind: "measured",
      what: `an agent that tries again every ${TRY_EVERY} ms is without it at a reload`,
      unit: "ms",
      measured: median(star.map(({ agentAway }) => agentAway)),
      reference: {
        what,
        measured: median(finished.map(({ agentAway }) => agentAway)),
      },
    },
  ];
}

interface Opened {
  readonly vscode: RealVSCode;
  readonly window: WorkbenchWindow;
  readonly locks: SeenLock[];
}

async function openWindow(activationEvent: string): Promise<Opened> {
  const vscode = await startVSCode(activationEvent, 1);
  const [worktree = ""] = vscode.worktrees;
  const window = await vscode.server.openWindow(worktree);
  return { vscode, window, locks: [await lockOf(vscode.home, worktree)] };
}

async function reloadWindow({
  vscode,
  window,
  locks,
}: Opened): Promise<Reload> {
  const before = locks.at(-1) as SeenLock;
  const endpoint = { port: before.port, token: before.authToken };
  // The window has come to rest, as it is when a user reloads it.
  await delay(REST);
  const stop = new AbortController();
  const away = longestAway(endpoint.port, stop.signal);
  const agentAway = agentIsBack(endpoint);
  await window.reload();
  const after = await lockOf(vscode.home, before.worktreePath, locks);
  locks.push(after);
  const agent = await agentAway;
  stop.abort();
  return {
    away: await away,
    agentAway: agent,
    keptAddress:
      after.port === before.port && after.authToken === before.authToken,
  };
}

/** The longest time without an accepted connection until the signal, beyond the time between two tries. */
async function longestAway(port: number, signal: AbortSignal): Promise<number> {
  let longest = 0;
  let goneSince: number | undefined;
  while (!signal.aborted) {
    const tried = performance.now();
    if (await isAccepted(port)) {
      if (goneSince !== undefined)
        longest = Math.max(longest, performance.now() - goneSince);
      goneSince = undefined;
    } else goneSince ??= tried;
    await delay(TRY_EVERY);
  }
  return longest;
}

function isAccepted(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}

async function agentIsBack(endpoint: Endpoint): Promise<number> {
  const first = await dial(endpoint);
  if (!first) throw new Error("the instance refuses its own token");
  await once(first, "close");
  const lost = performance.now();
  for (;;) {
    const socket = await dial(endpoint);
    if (socket) {
      const away = performance.now() - lost;
      socket.terminate();
      return away;
    }
    await delay(TRY_EVERY);
  }
}

function dial({ port, token }: Endpoint): Promise<WebSocket | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
      headers: { authorization: `Bearer ${token}` },
    });
    socket.once("open", () => {
      resolve(socket);
    });
    socket.once("error", () => {
      resolve(undefined);
    });
  });
}
