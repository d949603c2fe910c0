// How soon agents find a window that was just opened, by activation event, and what our activation costs the extension
// host. In a real VS Code.
import { existsSync } from "node:fs";
import { until } from "../test/harness/until";
import { median, type Row } from "./row";
import { bareStart } from "./support/bareStart";
import { processStartedAt } from "./support/processStart";
import { lockOf, readLocks, startVSCode } from "./support/realWindow";

const REPETITIONS = 5;

interface Opening {
  /** Milliseconds from the start of the extension host's process to the lock file. */
  readonly untilLock: number;
  readonly ownShare: number;
  readonly ownDeferred: number;
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
  const [star, finished, contains] = [
    await openWindows("*"),
    await openWindows("onStartupFinished"),
    await openWindows("workspaceContains:.git"),
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
      what: "the same, activated by `workspaceContains:.git`",
      unit: "ms",
      measured: of(contains, "untilLock"),
      reference: finishedLater,
    },
    {
      kind: "measured",
      what: "our activation on the main thread: load and call",
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
      what: "starting the worker, on the main thread after activation",
      unit: "ms",
      measured: of(star, "ownDeferred"),
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

/** Each in a worktree of its own, one after the other; the first is the warm-up. */
async function openWindows(activationEvent: string): Promise<Opening[]> {
  const vscode = await startVSCode(activationEvent, REPETITIONS + 1);
  const { server, home, probes } = vscode;
  const openings: Opening[] = [];
  for (const worktree of vscode.worktrees) {
    const opened = server.openWindow(worktree);
    const { writtenAt, idePid } = await lockOf(home, worktree);
    const startedAt = processStartedAt(idePid);
    const window = await opened;
    const [own, empty] = await until("the notes of both probes", () => {
      const noted = probes.entries().filter(({ pid }) => pid === idePid);
      const [a, b] = ["ours", "empty"].map((name) =>
        noted.find(({ extension }) => extension === name),
      );
      return a && b && ([a, b] as const);
    });
    openings.push({
      untilLock: writtenAt - startedAt,
      ownShare: own.load + own.call,
      ownDeferred: own.deferred,
      emptyShare: empty.load + empty.call,
      callUntilLock: writtenAt - own.calledAt,
    });
    await window.close();
    await until("its lock file to go", () => readLocks(home).length === 0);
  }
  await vscode.stop();
  return openings.slice(1);
}
