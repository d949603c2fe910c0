// How long a window reload interrupts a worktree's server, and when a retrying agent reconnects. In a real VS Code.
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import type { WorkbenchWindow } from "../test/harness/workbenchWindow";
import { median, type Row } from "./row";
import type { Endpoint } from "./support/rpcClient";
import {
  waitForLock,
  type RealVSCode,
  type SeenLock,
  startVSCode,
} from "./support/realWindow";

const REPETITIONS = 3;
/** Milliseconds to settle before a reload. */
const SETTLE = 1_500;
/** Milliseconds between attempts. */
const RETRY_INTERVAL = 5;

interface Reload {
  /** Milliseconds during which the port accepted no connection. */
  readonly outage: number;
  /** Milliseconds from the agent's lost connection to its next one, with the old token and port. */
  readonly reconnectTime: number;
  readonly keptAddress: boolean;
}

export async function reload(): Promise<Row[]> {
  const [first, second] = await Promise.all([
    openWindow("*"),
    openWindow("onStartupFinished"),
  ]);
  const star: Reload[] = [];
  const finished: Reload[] = [];
  // Interleaved, so that other load affects both alike; the first round is the warm-up.
  for (let round = 0; round <= REPETITIONS; round += 1) {
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
      measured: median(star.map(({ outage }) => outage)),
      reference: {
        what,
        measured: median(finished.map(({ outage }) => outage)),
      },
      budget: { atMost: 1_500 },
    },
    {
      kind: "measured",
      what: `an agent that tries again every ${RETRY_INTERVAL} ms is without it at a reload`,
      unit: "ms",
      measured: median(star.map(({ reconnectTime }) => reconnectTime)),
      reference: {
        what,
        measured: median(finished.map(({ reconnectTime }) => reconnectTime)),
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
  return { vscode, window, locks: [await waitForLock(vscode.home, worktree)] };
}

async function reloadWindow({
  vscode,
  window,
  locks,
}: Opened): Promise<Reload> {
  const before = locks.at(-1) as SeenLock;
  const endpoint = { port: before.port, token: before.authToken };
  // Let the window settle, as it has when a user reloads it.
  await delay(SETTLE);
  const stop = new AbortController();
  const outage = longestOutage(endpoint.port, stop.signal);
  const reconnect = measureReconnect(endpoint);
  await window.reload();
  const after = await waitForLock(vscode.home, before.worktreePath, locks);
  locks.push(after);
  const reconnectTime = await reconnect;
  stop.abort();
  return {
    outage: await outage,
    reconnectTime,
    keptAddress:
      after.port === before.port && after.authToken === before.authToken,
  };
}

/** The longest time without an accepted connection until the signal, beyond the interval between attempts. */
async function longestOutage(
  port: number,
  signal: AbortSignal,
): Promise<number> {
  let longest = 0;
  let downSince: number | undefined;
  while (!signal.aborted) {
    const tried = performance.now();
    if (await isAccepted(port)) {
      if (downSince !== undefined)
        longest = Math.max(longest, performance.now() - downSince);
      downSince = undefined;
    } else downSince ??= tried;
    await delay(RETRY_INTERVAL);
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

async function measureReconnect(endpoint: Endpoint): Promise<number> {
  const first = await connectAgent(endpoint);
  if (!first) throw new Error("the instance refuses its own token");
  await once(first, "close");
  const lost = performance.now();
  for (;;) {
    const socket = await connectAgent(endpoint);
    if (socket) {
      const reconnectTime = performance.now() - lost;
      socket.terminate();
      return reconnectTime;
    }
    await delay(RETRY_INTERVAL);
  }
}

function connectAgent({
  port,
  token,
}: Endpoint): Promise<WebSocket | undefined> {
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
