// What the first instance and each further one add to the memory of the process that runs them.
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
  const taken = { nothing: [], idleWorker: [], one: [], many: [] } as Record<
    "nothing" | "idleWorker" | "one" | "many",
    number[]
  >;
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    taken.nothing.push(await weigh("nothing"));
    taken.idleWorker.push(await weigh("idleWorker"));
    taken.one.push(await weigh("instances", 1));
    taken.many.push(await weigh("instances", MANY));
  }
  const nothing = median(taken.nothing);
  const one = median(taken.one);
  return [
    {
      kind: "measured",
      what: "memory added by the first instance (PSS)",
      unit: "MB",
      measured: one - nothing,
      reference: {
        what: "an empty worker thread",
        measured: median(taken.idleWorker) - nothing,
      },
      budget: { of: "value", atMost: 15 },
    },
    {
      kind: "measured",
      what: `memory added by each further instance, at ${MANY} (PSS)`,
      unit: "MB",
      measured: (median(taken.many) - one) / (MANY - 1),
      budget: { of: "value", atMost: 0.1 },
    },
  ];
}

/** Megabytes of a fresh process. */
async function weigh(
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
            window: null,
            isTrusted: true,
          },
        }
      : { holds };
  const child = await Child.start<MemoryReady>(programs.memory, setup);
  await child.dispose();
  ground.dispose();
  return child.ready.megabytes ?? Number.NaN;
}
