// What grows with the number of windows, and with the number of instances: attaching one more window, starting one more
// instance, a cached tool call, the memory of the one supervisor, and telling another window of a change.
import { supervisorsIn } from "../test/harness/supervisors";
import { Window } from "../test/unit/support/window";
import type { MachineView } from "../src/host/machineContract";
import { median, type Row } from "./row";
import { Ground } from "./support/ground";
import { pssOf } from "./support/pss";
import { RpcClient } from "./support/rpcClient";
import { settings } from "./support/settings";

const WINDOWS = [1, 4, 16] as const;
const INSTANCES = [1, 10, 50, 200] as const;
/** Further ones, each started and stopped again. */
const MORE = 10;
const CALLS = 500;
const CHANGES = 40;

/** Milliseconds, and megabytes of PSS. */
interface Measured {
  readonly oneMore: number;
  readonly tool: number;
  readonly memory: number;
  /** NaN: not measured. */
  readonly change: number;
}

export async function growth(): Promise<Row[]> {
  return [
    ...(await rowsOf("windows", WINDOWS, "one more window attaches", windows)),
    ...(await rowsOf(
      "instances",
      INSTANCES,
      "one more instance starts",
      instances,
    )),
  ];
}

async function rowsOf(
  what: string,
  counts: readonly number[],
  oneMore: string,
  measure: (count: number) => Promise<Measured>,
): Promise<Row[]> {
  // The first is the warm-up.
  await measure(counts[0] ?? 1);
  const all: (readonly [number, Measured])[] = [];
  for (const count of counts) all.push([count, await measure(count)]);
  const units = [
    ["oneMore", oneMore, "ms"],
    ["tool", "getWorkspaceFolders, p50", "ms"],
    ["memory", "memory of the supervisor (PSS)", "MB"],
    ["change", "a change of one instance, until another window knows", "ms"],
  ] as const;
  const [first] = all;
  return units.flatMap(([key, name, unit]) =>
    all.flatMap(([count, measured]): Row[] =>
      Number.isNaN(measured[key])
        ? []
        : [
            {
              kind: "measured",
              what: `${name}, beside ${count} ${what}`,
              unit,
              measured: measured[key],
              ...(count !== first?.[0] && {
                reference: {
                  what: `beside ${first?.[0] ?? 0}`,
                  measured: first?.[1][key] ?? Number.NaN,
                },
              }),
            },
          ],
    ),
  );
}

/** An instance each. */
async function windows(count: number): Promise<Measured> {
  const ground = new Ground();
  const { home, lockDirectory } = ground;
  const open = (folder: string) =>
    Window.open({ home, lockDirectory, folders: [folder], settings });
  const folders = ground.plainFolders(count + MORE);
  const opened: Window[] = [];
  for (const folder of folders.slice(0, count)) opened.push(await open(folder));
  const times: number[] = [];
  for (const folder of folders.slice(count)) {
    const start = performance.now();
    const window = await open(folder);
    times.push(performance.now() - start);
    await window.dispose();
  }
  const measured = await measureRest(home, opened[0], median(times));
  for (const window of opened) await window.dispose();
  await ground.dispose();
  return measured;
}

/** In one window. */
async function instances(count: number): Promise<Measured> {
  const ground = new Ground();
  const { home, lockDirectory } = ground;
  const folders = ground.plainFolders(count + MORE);
  const window = await Window.open({
    home,
    lockDirectory,
    folders: folders.slice(0, count),
    settings: { ...settings, maxInstances: count + MORE },
  });
  const times: number[] = [];
  for (const folder of folders.slice(count)) {
    // From now on git need not be asked about it.
    await window.host.start(folder);
    await window.host.stop(folder);
    const start = performance.now();
    await window.host.start(folder);
    times.push(performance.now() - start);
    await window.host.stop(folder);
  }
  const measured = await measureRest(home, window, median(times));
  const change = await measureChange(ground, window, folders[0] ?? "");
  await window.dispose();
  await ground.dispose();
  return { ...measured, change };
}

/** Milliseconds. */
async function measureChange(
  { home, lockDirectory }: Ground,
  window: Window,
  worktree: string,
): Promise<number> {
  let onDidChange: (view: MachineView) => void = () => undefined;
  const other = await Window.open({
    home,
    lockDirectory,
    folders: [],
    settings,
    onDidChangeMachine: (view) => {
      onDidChange(view);
    },
  });
  const times: number[] = [];
  for (let count = 0; count < CHANGES; count += 1) {
    const isActive = count % 2 === 0;
    const told = new Promise<void>((resolve) => {
      onDidChange = ({ instances }) => {
        const found = instances.find((each) => each.worktree === worktree);
        if (found?.isActive === isActive) resolve();
      };
    });
    const start = performance.now();
    void window.host.setActive(isActive ? worktree : null);
    await told;
    times.push(performance.now() - start);
  }
  await other.dispose();
  return median(times);
}

async function measureRest(
  home: string,
  window: Window | undefined,
  oneMore: number,
): Promise<Measured> {
  if (!window) throw new Error("no window is open");
  const client = await RpcClient.connect(await window.record());
  const call = { name: "getWorkspaceFolders", arguments: {} };
  const times: number[] = [];
  for (let count = 0; count < 2 * CALLS; count += 1)
    times.push(await client.request("tools/call", call));
  client.dispose();
  const [supervisor] = await supervisorsIn(home);
  return {
    oneMore,
    tool: median(times.slice(CALLS)),
    memory: (supervisor && pssOf(supervisor.pid)) ?? Number.NaN,
    change: Number.NaN,
  };
}
