// Listing a machine with very many records: a few live, the others stale, left behind by processes that are gone.
import { randomUUID } from "node:crypto";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { listInstances } from "../src/core/control/instanceList";
import { registryFiles } from "../src/core/registry/registryFiles";
import { identifyPlace } from "../src/core/system/machine";
import { Window } from "../test/unit/support/window";
import { median, type Row } from "./row";
import { Ground } from "./support/ground";
import { settings } from "./support/settings";

const RECORDS = 1_000;
const LIVE = 5;
const REPETITIONS = 20;
/** Above the highest pid of every system. */
const DEAD_PID = 2 ** 30;

export async function list(): Promise<Row[]> {
  const ground = new Ground();
  const window = await Window.open({
    home: ground.home,
    lockDirectory: ground.lockDirectory,
    folders: ground.plainFolders(LIVE),
    settings,
  });
  const record = await window.record();
  // A copy of the home that no window watches: a window would sweep the stale records.
  const home = path.join(ground.directory, "copied");
  const { records, liveness } = registryFiles(
    {
      home,
      lockDirectory: path.join(home, "locks"),
      geminiDirectory: path.join(home, "gemini"),
      qwenDirectory: path.join(home, "qwen"),
    },
    await identifyPlace(),
  );
  // The supervisor's socket cannot be copied.
  for (const folder of ["instances", "addresses"])
    cpSync(path.join(ground.home, folder), path.join(home, folder), {
      recursive: true,
    });
  for (let stale = LIVE; stale < RECORDS; stale += 1) {
    const instanceId = randomUUID();
    writeFileSync(
      records.file(instanceId),
      JSON.stringify({ ...record, instanceId, pid: DEAD_PID }),
      { mode: 0o600 },
    );
  }
  const ours: number[] = [];
  const bare: number[] = [];
  for (let repetition = 0; repetition <= REPETITIONS; repetition += 1) {
    let start = performance.now();
    const listed = await listInstances(records, liveness);
    const time = performance.now() - start;
    const live = listed.filter(({ liveness }) => liveness === "live").length;
    if (listed.length !== RECORDS || live !== LIVE)
      throw new Error(`${listed.length} listed, ${live} of them live`);
    start = performance.now();
    for (const name of readdirSync(records.directory))
      JSON.parse(readFileSync(path.join(records.directory, name), "utf8"));
    if (repetition === 0) continue;
    ours.push(time);
    bare.push(performance.now() - start);
  }
  await window.dispose();
  await ground.dispose();
  return [
    {
      kind: "measured",
      what: `list of ${RECORDS} records, ${LIVE} of them live and asked for their health`,
      unit: "ms",
      measured: median(ours),
      reference: {
        what: "readdirSync, readFileSync and JSON.parse",
        measured: median(bare),
      },
      budget: { atMost: 100 },
    },
  ];
}
