// How soon agents find a newly opened window, by activation event, and what our activation costs the extension host. In
// a real VS Code: its first window, which starts the supervisor, and a later one.
import { existsSync } from "node:fs";
import { endSupervisors } from "../test/harness/supervisors";
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

interface Openings {
  readonly first: OpeningTimes[];
  readonly later: OpeningTimes[];
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
    { first }: Openings,
    key: keyof OpeningTimes,
    openings = first,
  ): number => median(openings.map((opening) => opening[key]));
  const bare = {
    what: "an empty process's start, one `git rev-parse`, a listening `http.Server` and 2 files written with fsync, no VS Code",
    measured: await bareStart(),
  };
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
      what: "our activation on the main thread: load and call, with the start of the supervisor",
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
      what: "call -> lock file, first window",
      unit: "ms",
      measured: medianOf(star, "callToLock"),
      reference: bare,
      budget: { atMost: 300, timesAtMost: 8 },
    },
    {
      kind: "measured",
      what: "call -> lock file, later window",
      unit: "ms",
      measured: medianOf(star, "callToLock", star.later),
      reference: bare,
      budget: { atMost: 300, timesAtMost: 8 },
    },
  ];
}

/** Interleaved, so that other load affects all alike; each in its own worktree, the first round is the warm-up. */
async function openWindows(): Promise<Record<ActivationEvent, Openings>> {
  const openings: Record<ActivationEvent, Openings> = {
    "*": { first: [], later: [] },
    onStartupFinished: { first: [], later: [] },
    "workspaceContains:.git": { first: [], later: [] },
  };
  const running = await Promise.all(
    events.map(async (event) => ({
      event,
      vscode: await startVSCode(event, 2 * (REPETITIONS + 1)),
    })),
  );
  for (let round = 0; round <= REPETITIONS; round += 1)
    for (const { event, vscode } of running) {
      await endSupervisors(vscode.home.berthHome);
      for (const [index, kind] of (["first", "later"] as const).entries()) {
        const worktree = vscode.worktrees[2 * round + index] ?? "";
        const opening = await openWindow(vscode, worktree);
        if (round > 0) openings[event][kind].push(opening);
      }
    }
  await Promise.all(running.map(({ vscode }) => vscode.stop()));
  return openings;
}

async function openWindow(
  { server, home, probes }: RealVSCode,
  worktree: string,
): Promise<OpeningTimes> {
  const opened = server.openWindow(worktree);
  const { writtenAt } = await waitForLock(home, worktree);
  const pid = (await server.extensionHosts()).at(-1)?.pid ?? 0;
  const startedAt = processStartedAt(pid);
  const window = await opened;
  const [own, empty] = await until(
    "the notes of both probes",
    () => {
      const entries = probes.entries().filter((entry) => entry.pid === pid);
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
