// What one more instance costs in a running window: starting one for a worktree that is known already, so without git.
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
/** Instances that run already. */
const OTHERS = 19;

export async function instances(): Promise<Row[]> {
  const started = await startOneByOne();
  const bare = await startBare();
  return [
    {
      kind: "measured",
      what: `one more instance, beside ${OTHERS} others`,
      unit: "ms",
      measured: median(started),
      reference: {
        what: "bare `http.Server` listening, and 2 files written with fsync",
        measured: median(bare),
      },
      budget: { timesAtMost: 4 },
    },
  ];
}

async function startOneByOne(): Promise<number[]> {
  const ground = new Ground();
  const { home, lockDirectory } = ground;
  const folders = ground.plainFolders(OTHERS + WARM_UP + COUNT);
  const window = await Window.open({
    home,
    lockDirectory,
    folders: folders.slice(0, OTHERS),
    settings,
  });
  const times: number[] = [];
  for (const folder of folders.slice(OTHERS)) {
    // From now on git need not be asked about it.
    await window.host.start(folder);
    await window.host.stop(folder);
    times.push(await timeOf(() => window.host.start(folder)));
    await window.host.stop(folder);
  }
  await window.dispose();
  await ground.dispose();
  return times.slice(WARM_UP);
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
  await ground.dispose();
  return times.slice(WARM_UP);
}

async function timeOf(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
