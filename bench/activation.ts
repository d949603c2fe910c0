// How soon agents find a newly opened window, by activation event, and what our activation costs the extension host. In
// a real VS Code.
import { existsSync } from "node:fs";
import { until } from "../test/harness/until";
import { median, type Row } from "./row";
import { bareStart } from "./support/bareStart";
import { processStartedAt } from "./support/processStart";
import {
  waitForLock,
  type RealVSCode,
  readLocks,
  startVSCode,
} from "./support/realWindow";

const REPETITIONS = 5;
const events = ["*", "onStartupFinished", "workspaceContains:.git"] as const;
type ActivationEvent = (typeof events)[number];

interface OpeningTimes {
  /** Milliseconds from the start of the extension host process to the lock file. */
  readonly startToLock: number;
  /** The part before activate() is called. */
  readonly startToCall: number;
  readonly ownActivation: number;
  readonly emptyActivation: number;
  /** Milliseconds from the activate() call to the lock file. */
  readonly callToLock: number;
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
  const medianOf = (
    openings: readonly OpeningTimes[],
    key: keyof OpeningTimes,
  ): number => median(openings.map((opening) => opening[key]));
  const finishedLater = {
    what: "activated by `onStartupFinished`",
    measured: medianOf(finished, "startToLock"),
  };
  return [
    {
      kind: "measured",
      what: "extension host start -> lock file, activated by `*`",
      unit: "ms",
      measured: medianOf(star, "startToLock"),
      reference: finishedLater,
    },
    {
      kind: "measured",
      what: "of that VS Code's own, until it calls us",
      unit: "ms",
      measured: medianOf(star, "startToCall"),
      reference: {
        what: "activated by `onStartupFinished`",
        measured: medianOf(finished, "startToCall"),
      },
    },
    {
      kind: "measured",
      what: "the same, activated by `workspaceContains:.git`",
      unit: "ms",
      measured: medianOf(contains, "startToLock"),
      reference: finishedLater,
    },
    {
      kind: "measured",
      what: "our activation on the main thread: load and call, with the start of the worker",
      unit: "ms",
      measured: medianOf(star, "ownActivation"),
      reference: {
        what: "an empty extension's",
        measured: medianOf(star, "emptyActivation"),
      },
      budget: { atMost: 40 },
    },
    {
      kind: "measured",
      what: "call -> lock file",
      unit: "ms",
      measured: medianOf(star, "callToLock"),
      reference: {
        what: "an empty worker's start, one `git rev-parse`, a listening `http.Server` and 2 files written with fsync, no VS Code",
        measured: await bareStart(),
      },
      budget: { atMost: 300, timesAtMost: 8 },
    },
  ];
}

/** Interleaved, so that other load affects all alike; each in its own worktree, the first round is the warm-up. */
async function openWindows(): Promise<Record<ActivationEvent, OpeningTimes[]>> {
  const openings: Record<ActivationEvent, OpeningTimes[]> = {
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
  for (let round = 0; round <= REPETITIONS; round += 1)
    for (const { event, vscode } of running) {
      const opening = await openWindow(vscode, vscode.worktrees[round] ?? "");
      if (round > 0) openings[event].push(opening);
    }
  await Promise.all(running.map(({ vscode }) => vscode.stop()));
  return openings;
}

async function openWindow(
  { server, home, probes }: RealVSCode,
  worktree: string,
): Promise<OpeningTimes> {
  const opened = server.openWindow(worktree);
  const { writtenAt, idePid } = await waitForLock(home, worktree);
  const startedAt = processStartedAt(idePid);
  const window = await opened;
  const [own, empty] = await until(
    "the notes of both probes",
    () => {
      const entries = probes.entries().filter(({ pid }) => pid === idePid);
      const [a, b] = ["ours", "empty"].map((name) =>
        entries.find(({ extension }) => extension === name),
      );
      return a && b && ([a, b] as const);
    },
    60_000,
  );
  await window.close();
  // Best effort: the host ends in its own time, and a page that closes quickly does not always tell it to.
  await until(
    "its lock file to go",
    () =>
      readLocks(home).every(({ worktreePath }) => worktreePath !== worktree),
    5_000,
  ).catch(() => undefined);
  return {
    startToLock: writtenAt - startedAt,
    startToCall: own.calledAt - startedAt,
    ownActivation: own.load + own.call,
    emptyActivation: empty.load + empty.call,
    callToLock: writtenAt - own.calledAt,
  };
}
