// Memory that Berth adds to each window, and what the one supervisor takes with 1, 2 and 4 windows and with many instances.
import path from "node:path";
import { supervisorsIn } from "../test/harness/supervisors";
import { supervisorFile } from "../test/unit/support/root";
import { median, type Row } from "./row";
import { Child } from "./support/child";
import { Ground } from "./support/ground";
import type { MemoryReady, MemorySetup } from "./programs/memoryProcess";
import { programs } from "./support/programs";
import { pssOf } from "./support/pss";
import { settings } from "./support/settings";

const MANY = 50;
const REPETITIONS = 4;

/** Megabytes of PSS, but for the number of windows. */
interface Measured {
  readonly windows: number;
  /** Of an empty Node process, beside as many others. */
  readonly empty: number;
  /** The mean of all. */
  readonly window: number;
  readonly supervisor: number;
}

export async function memory(): Promise<Row[]> {
  if (pssOf("self") === undefined)
    return [
      {
        kind: "skipped",
        what: "memory",
        why: "only Linux tells (/proc/self/smaps_rollup)",
      },
    ];
  const measured = {
    one: await measure(1, 1),
    two: await measure(2, 1),
    four: await measure(4, 1),
    many: await measure(1, MANY),
  };
  const megabytes = { kind: "measured", unit: "MB" } as const;
  return [
    {
      ...megabytes,
      what: "memory added to each window (PSS)",
      measured: measured.one.window - measured.one.empty,
      budget: { atMost: 4 },
    },
    {
      ...megabytes,
      what: "the supervisor with one window and one instance (PSS)",
      measured: measured.one.supervisor,
      reference: {
        what: "an empty Node process",
        measured: measured.one.empty,
      },
      budget: { atMost: 32 },
    },
    ...(["two", "four"] as const).map((count): Row => {
      const { windows, window, supervisor, empty } = measured[count];
      return {
        ...megabytes,
        what: `all of Berth with ${count} windows, an instance each (PSS)`,
        measured: windows * (window - empty) + supervisor,
      };
    }),
    {
      ...megabytes,
      what: `memory added by each further instance, at ${MANY} (PSS)`,
      measured:
        (measured.many.supervisor - measured.one.supervisor) / (MANY - 1),
      budget: { atMost: 0.1 },
    },
  ];
}

/** The medians of several. */
async function measure(
  windows: number,
  instancesEach: number,
): Promise<Measured> {
  const empty: number[] = [];
  const all: Omit<Measured, "empty">[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    // As many processes: they share the pages of the program, and PSS divides those among them.
    empty.push(await measureEmpty(windows + 1));
    all.push(await measureWindows(windows, instancesEach));
  }
  return {
    windows,
    empty: median(empty),
    window: median(all.map(({ window }) => window)),
    supervisor: median(all.map(({ supervisor }) => supervisor)),
  };
}

async function measureEmpty(processes: number): Promise<number> {
  const setup: MemorySetup = { holds: "nothing" };
  const children = await Promise.all(
    Array.from({ length: processes }, () =>
      Child.start<MemoryReady>(programs.memory, setup),
    ),
  );
  const sizes = children.map(({ ready }) => pssOf(ready.pid) ?? Number.NaN);
  for (const child of children) await child.dispose();
  return mean(sizes);
}

async function measureWindows(
  windows: number,
  instancesEach: number,
): Promise<Omit<Measured, "empty">> {
  const ground = new Ground();
  const { home, lockDirectory } = ground;
  const folders = ground
    .plainFolders(windows * instancesEach)
    .map((folder) => ({ name: path.basename(folder), path: folder }));
  const children: Child<MemoryReady>[] = [];
  for (let window = 0; window < windows; window += 1) {
    const first = window * instancesEach;
    const setup: MemorySetup = {
      holds: "instances",
      bundle: supervisorFile,
      home,
      lockDirectory,
      desired: {
        folders: folders.slice(first, first + instancesEach),
        activeDirectory: null,
        settings,
        window: { app: "Bench", remoteName: null, workspace: null },
        isTrusted: true,
        backends: { user: [], workspace: [], refused: [] },
      },
    };
    children.push(await Child.start<MemoryReady>(programs.memory, setup));
  }
  const [record] = await supervisorsIn(home);
  const supervisor = (record && pssOf(record.pid)) ?? Number.NaN;
  const window = mean(
    children.map(({ ready }) => pssOf(ready.pid) ?? Number.NaN),
  );
  for (const child of children) await child.dispose();
  await ground.dispose();
  return { windows, window, supervisor };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
