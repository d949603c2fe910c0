// How soon agents find a window that was just opened, by activation event, and what our activation costs the extension
// host. In a real VS Code.
import { existsSync } from "node:fs";
import { until } from "../test/harness/until";
import { median, type Row } from "./row";
import { bareStart } from "./support/bareStart";
import { processStartedAt } from "./support/processStart";
import {
  lockOf,
  type RealVSCode,
  readLocks,
  startVSCode,
} from "./support/realWindow";

const REPETITIONS = 5;
const events = ["*", "onStartupFinished", "workspaceContains:.git"] as const;
type ActivationEvent = (typeof events)[number];

interface Opening {
  /** Milliseconds from the start of the extension host's process to the lock file. */
  readonly untilLock: number;
  /** The part of it before activate() was called. */
  readonly untilCall: number;
  readonly ownShare: number;
  readonly emptyShare: number;
  /** Milliseconds from the call of activate() to the lock file. */
  readonly callUntilLock: number;
}

export async function activation(): Promise<Row[]> {
  if (!existsSync("/proc/self/stat"))
    return [
      {
        kind: "skipped",
        what: "activation in the real host",
        why: "only Linux tells when a process started (/proc)",
      },
    ];
  const openings = await openWindows();
  const [star, finished, contains] = [
    openings["*"],
    openings.onStartupFinished,
    openings["workspaceContains:.git"],
  ];
  const of = (openings: readonly Opening[], key: keyof Opening): number =>
    median(openings.map((opening) => opening[key]));
  const finishedLater = {
    what: "activated by `onStartupFinished`",
    measured: of(finished, "untilLock"),
  };
  return [
    {
      kind: "measured",
      what: "extension host start -> lock file, activated by `*`",
      unit: "ms",
      measured: of(star, "untilLock"),
      reference: finishedLater,
      budget: { of: "value", atMost: 1_200 },
    },
    {
      kind: "measured",
      what: "of that VS Code's own, until it calls us",
      unit: "ms",
      measured: of(star, "untilCall"),
      reference: {
        what: "activated by `onStartupFinished`",
        measured: of(finished, "untilCall"),
      },
    },
    {
      kind: "measured",
      what: "the same, activated by `workspaceContains:.git`",
      unit: "ms",
      measured: of(contains, "untilLock"),
      reference: finishedLater,
    },
    {
      kind: "measured",
      what: "our activation on the main thread: load and call, with the start of the worker",
      unit: "ms",
      measured: of(star, "ownShare"),
      reference: {
        what: "an empty extension's",
        measured: of(star, "emptyShare"),
      },
      budget: { of: "value", atMost: 40 },
    },
    {
      kind: "measured",
      what: "call -> lock file",
      unit: "ms",
      measured: of(star, "callUntilLock"),
      reference: {
        what: "an empty worker's start, one `git rev-parse`, a listening `http.Server` and 2 files written with fsync, no VS Code",
        measured: await bareStart(),
      },
      budget: { of: "value", atMost: 300 },
    },
  ];
}

/**
 * Turn by turn, so that whatever else the machine does falls on all; each in a worktree of its own, the first for warming up.
 */
async function openWindows(): Promise<Record<ActivationEvent, Opening[]>> {
  const openings: Record<ActivationEvent, Opening[]> = {
    "*": [],
    onStartupFinished: [],
    "workspaceContains:.git": [],
  };
  const running = await Promise.all(
    events.map(async (event) => ({
      event,
      vscode: await startVSCode(event, REPETITIONS + 1),
    })),
  );
  for (let turn = 0; turn <= REPETITIONS; turn += 1)
    for (const { event, vscode } of running) {
      const opening = await openWindow(vscode, vscode.worktrees[turn] ?? "");
      if (turn > 0) openings[event].push(opening);
    }
  await Promise.all(running.map(({ vscode }) => vscode.stop()));
  return openings;
}

async function openWindow(
  { server, home, probes }: RealVSCode,
  worktree: string,
): Promise<Opening> {
  const opened = server.openWindow(worktree);
  const { writtenAt, idePid } = await lockOf(home, worktree);
  const startedAt = processStartedAt(idePid);
  const window = await opened;
  const [own, empty] = await until(
    "the notes of both probes",
    () => {
      const noted = probes.entries().filter(({ pid }) => pid === idePid);
      const [a, b] = ["ours", "empty"].map((name) =>
        noted.find(({ extension }) => extension === name),
      );
      return a && b && ([a, b] as const);
    },
    60_000,
  );
  await window.close();
  // Its host ends in its own time; a page that is closed in a hurry does not always tell it to.
  await until(
    "its lock file to go",
    () =>
      readLocks(home).every(({ worktreePath }) => worktreePath !== worktree),
    5_000,
  ).catch(() => undefined);
  return {
    untilLock: writtenAt - startedAt,
    untilCall: own.calledAt - startedAt,
    ownShare: own.load + own.call,
    emptyShare: empty.load + empty.call,
    callUntilLock: writtenAt - own.calledAt,
  };
}
