// The command line: what a shell and an agent wait for, compared with an empty Node program and with what needs no command in between.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { introduction } from "../test/unit/support/berth";
import { root } from "../test/unit/support/root";
import { Window } from "../test/unit/support/window";
import { median, percentile, type Row } from "./row";
import { Ground } from "./support/ground";
import { settings } from "./support/settings";

const REPETITIONS = 20;
const ROUND_TRIPS = 300;
/** The slowest hundredth of few calls is chance. */
const CALLS = 2_000;
const INSTANCES = 20;
const HANGING = 3;

const cli = path.join(root, "dist", "cli.js");

export async function commandLine(): Promise<Row[]> {
  const ground = new Ground();
  const folders = ground.plainFolders(INSTANCES);
  const window = await Window.open({
    home: ground.home,
    lockDirectory: ground.lockDirectory,
    folders,
    settings,
  });
  for (const folder of folders) await window.record(folder);
  const [folder = ""] = folders;
  const env = { ...process.env, BERTH_HOME: ground.home } as Record<
    string,
    string
  >;
  try {
    return [
      ...(await starts(env, folder)),
      await roundTrip(env, folder, window),
      await besideHanging(env, folders, window),
    ];
  } finally {
    await window.dispose();
    await ground.dispose();
  }
}

/** From the start of the process to its end, or to its first answer. */
async function starts(env: NodeJS.ProcessEnv, cwd: string): Promise<Row[]> {
  const times = { bare: [], version: [], list: [], connect: [] } as Record<
    "bare" | "version" | "list" | "connect",
    number[]
  >;
  for (let repetition = 0; repetition <= REPETITIONS; repetition += 1) {
    const measured = {
      bare: timeOf(env, cwd, "-e", "0"),
      version: timeOf(env, cwd, cli, "--version"),
      list: timeOf(env, cwd, cli, "list"),
      connect: await firstAnswer(env, cwd),
    };
    if (repetition === 0) continue;
    for (const name of ["bare", "version", "list", "connect"] as const)
      times[name].push(measured[name]);
  }
  const row = (what: string, name: keyof typeof times): Row => ({
    kind: "measured",
    what,
    unit: "ms",
    measured: median(times[name]),
    reference: { what: "`node -e 0`", measured: median(times.bare) },
    budget: { atMost: 150, timesAtMost: 2 },
  });
  return [
    row("`berth --version`", "version"),
    row(`\`berth list\` of ${INSTANCES} instances`, "list"),
    row("`berth connect` to its first answer", "connect"),
  ];
}

function timeOf(
  env: NodeJS.ProcessEnv,
  cwd: string,
  ...args: string[]
): number {
  const start = performance.now();
  execFileSync(process.execPath, args, { env, cwd });
  return performance.now() - start;
}

async function firstAnswer(
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [cli, "connect"], {
    env,
    cwd,
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.write(`${introduction}\n`);
  await once(child.stdout, "data");
  const time = performance.now() - start;
  child.stdin.end();
  await once(child, "exit");
  return time;
}

async function roundTrip(
  env: Record<string, string>,
  cwd: string,
  window: Window,
): Promise<Row> {
  const { port, token } = await window.record(cwd);
  const direct = new Client({ name: "direct", version: "0" });
  await direct.connect(
    new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  const bridged = await stdioClient(env, cwd, "connect");
  const times = { direct: [] as number[], bridged: [] as number[] };
  for (let each = 0; each < ROUND_TRIPS; each += 1) {
    times.direct.push(await timeOfPing(direct));
    times.bridged.push(await timeOfPing(bridged));
  }
  await direct.close();
  await bridged.close();
  return {
    kind: "measured",
    what: "MCP ping through `berth connect`",
    unit: "ms",
    measured: median(times.bridged),
    reference: {
      what: "the same client at the instance itself",
      measured: median(times.direct),
    },
    budget: { timesAtMost: 6 },
  };
}

async function timeOfPing(client: Client): Promise<number> {
  const start = performance.now();
  await client.ping();
  return performance.now() - start;
}

async function stdioClient(
  env: Record<string, string>,
  cwd: string,
  command: string,
): Promise<Client> {
  const client = new Client({ name: "stdio", version: "0" });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [cli, command],
      env,
      cwd,
      stderr: "ignore",
    }),
  );
  return client;
}

/** Calls that the editor never answers hang in some instances; the others are called one after another, with and without them. */
async function besideHanging(
  env: Record<string, string>,
  folders: readonly string[],
  window: Window,
): Promise<Row> {
  const client = await stdioClient(env, folders[0] ?? "", "mcp");
  const healthy = folders.slice(HANGING);
  const measure = async () => {
    const times: number[] = [];
    for (let each = 0; each < CALLS; each += 1) {
      const target = healthy[each % healthy.length];
      const start = performance.now();
      await client.callTool({
        name: "getWorkspaceFolders",
        arguments: { target },
      });
      times.push(performance.now() - start);
    }
    return percentile(times, 99);
  };
  await measure();
  const before = await measure();
  window.answers = () => new Promise(() => undefined);
  const hanging = folders
    .slice(0, HANGING)
    .flatMap((target) =>
      Array.from({ length: 16 }, () =>
        client
          .callTool({ name: "runTask", arguments: { target, name: "hangs" } })
          .catch(() => undefined),
      ),
    );
  const during = await measure();
  await client.close();
  await Promise.all(hanging);
  return {
    kind: "measured",
    what: `p99 of a call by \`berth mcp\` to ${healthy.length} instances, beside ${HANGING} that hang`,
    unit: "ms",
    measured: during,
    reference: { what: "the same, while none hangs", measured: before },
    budget: { timesAtMost: 1.2 },
  };
}
