// What one more instance costs in a running window: the reconciliation that starts it, minus the same reconciliation
// repeated with nothing left to do, which is what querying git and comparing cost anyway.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { writeJson } from "../src/core/system/atomicFile";
import { Window } from "../test/unit/support/window";
import { median, type Row } from "./row";
import { Ground } from "./support/ground";
import { settings } from "./support/settings";

const COUNT = 100;
const WARM_UP = 10;
/** Instances already running. */
const FEW = 1;
const MANY = 19;

interface Times {
  /** Milliseconds of reconcile() with one more folder, and of the same call repeated. */
  readonly started: readonly number[];
  readonly unchanged: readonly number[];
}

export async function instances(): Promise<Row[]> {
  const few = await addOneByOne(FEW);
  const many = await addOneByOne(MANY);
  const bare = await startBare();
  const own = few.started.map(
    (started, index) => started - (few.unchanged[index] ?? Number.NaN),
  );
  const fullRow = ({ started }: Times, otherCount: number): Row => ({
    kind: "measured",
    what: `the same with git asked about all folders, beside ${otherCount} other`,
    unit: "ms",
    measured: median(started),
    reference: {
      what: "the same reconciliation with nothing to start",
      measured: median(otherCount === FEW ? few.unchanged : many.unchanged),
    },
  });
  return [
    {
      kind: "measured",
      what: "one more instance through the worker (plain folder; git's share taken off)",
      unit: "ms",
      measured: median(own),
      reference: {
        what: "bare `http.Server` listening, and 2 files written with fsync",
        measured: median(bare),
      },
      budget: { of: "value", atMost: 2 },
    },
    fullRow(few, FEW),
    fullRow(many, MANY),
  ];
}

async function addOneByOne(otherCount: number): Promise<Times> {
  const ground = new Ground();
  const { home, lockDirectory } = ground;
  const folders = ground.plainFolders(otherCount + WARM_UP + COUNT);
  const others = folders.slice(0, otherCount);
  const window = await Window.open({
    home,
    lockDirectory,
    folders: others,
    settings,
  });
  const started: number[] = [];
  const unchanged: number[] = [];
  for (const folder of folders.slice(otherCount)) {
    const wanted = { folders: [...others, folder] };
    started.push(await timeOf(() => window.reconcile(wanted)));
    unchanged.push(await timeOf(() => window.reconcile(wanted)));
    await window.reconcile({ folders: others });
  }
  await window.dispose();
  ground.dispose();
  return {
    started: started.slice(WARM_UP),
    unchanged: unchanged.slice(WARM_UP),
  };
}

async function startBare(): Promise<number[]> {
  const ground = new Ground();
  const servers: Server[] = [];
  const times: number[] = [];
  for (let index = 0; index < WARM_UP + COUNT; index += 1)
    times.push(
      await timeOf(async () => {
        const server = createServer();
        servers.push(server);
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        for (const kind of ["record", "lock"]) {
          const file = path.join(ground.directory, `${kind}-${index}`);
          await writeJson(file, { padding: "x".repeat(500) });
        }
      }),
    );
  for (const server of servers) server.close();
  ground.dispose();
  return times.slice(WARM_UP);
}

async function timeOf(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
