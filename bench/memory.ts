// Memory that the first and each further instance add to the process that runs them.
import path from "node:path";
import { workerFile } from "../test/unit/support/root";
import { median, type Row } from "./row";
import { Child } from "./support/child";
import { Ground } from "./support/ground";
import type { MemoryReady, MemorySetup } from "./programs/memoryProcess";
import { programs } from "./support/programs";
import { ownPss } from "./support/pss";
import { settings } from "./support/settings";

const MANY = 50;
const REPETITIONS = 4;

export async function memory(): Promise<Row[]> {
  if (ownPss() === undefined)
    return [
      {
        kind: "skipped",
        what: "memory added by an instance",
        why: "only Linux tells (/proc/self/smaps_rollup)",
      },
    ];
  const samples = { nothing: [], idleWorker: [], one: [], many: [] } as Record<
    "nothing" | "idleWorker" | "one" | "many",
    number[]
  >;
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    samples.nothing.push(await measureProcess("nothing"));
    samples.idleWorker.push(await measureProcess("idleWorker"));
    samples.one.push(await measureProcess("instances", 1));
    samples.many.push(await measureProcess("instances", MANY));
  }
  const nothing = median(samples.nothing);
  const one = median(samples.one);
  return [
    {
      kind: "measured",
      what: "memory added by the first instance (PSS)",
      unit: "MB",
      measured: one - nothing,
      reference: {
        what: "an empty worker thread",
        measured: median(samples.idleWorker) - nothing,
      },
      budget: { atMost: 15 },
    },
    {
      kind: "measured",
      what: `memory added by each further instance, at ${MANY} (PSS)`,
      unit: "MB",
      measured: (median(samples.many) - one) / (MANY - 1),
      budget: { atMost: 0.1 },
    },
  ];
}

/** PSS of a fresh process in megabytes. */
async function measureProcess(
  holds: MemorySetup["holds"],
  instances = 0,
): Promise<number> {
  const ground = new Ground();
  const { home, lockDirectory } = ground;
  const folders = ground
    .plainFolders(instances)
    .map((folder) => ({ name: path.basename(folder), path: folder }));
  const setup: MemorySetup =
    holds === "instances"
      ? {
          holds,
          worker: workerFile,
          home,
          lockDirectory,
          desired: {
            folders,
            activeDirectory: null,
            settings,
            window: { app: "Bench", remoteName: null, workspace: null },
            isTrusted: true,
          },
        }
      : { holds };
  const child = await Child.start<MemoryReady>(programs.memory, setup);
  await child.dispose();
  ground.dispose();
  return child.ready.megabytes ?? Number.NaN;
}
