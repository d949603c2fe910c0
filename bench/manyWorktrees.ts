// What a person with many worktrees pays: tool calls beside those of a single worktree, a selection that many agents hear,
// a kill, and the programs that everyday events start. On real linked worktrees.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { workerFile } from "../test/unit/support/root";
import type {
  Command,
  Report,
  WorktreesReady,
  WorktreesSetup,
} from "./programs/worktreesProcess";
import { median, type Row } from "./row";
import { Child } from "./support/child";
import { Ground } from "./support/ground";
import { LoadClient } from "./support/loadClient";
import { programs } from "./support/programs";
import { RpcClient } from "./support/rpcClient";
import { readRecords } from "./support/records";

const WORKTREES = 30;
const TABS = 100;
const FILES_WITH_PROBLEMS = 5_000;
const ROUNDS = 6;
const CALLS = 200;
/** Of the selection. */
const LISTENING_INSTANCES = 20;
const AGENTS_EACH = 16;
const CHANGES = 20;
/** Milliseconds in which nothing happens. */
const IDLE = 60_000;

export async function manyWorktrees(): Promise<Row[]> {
  const many = await open(WORKTREES, TABS, FILES_WITH_PROBLEMS);
  const one = await open(1, 0, 0);
  try {
    return [
      ...(await toolRows(many, one)),
      await selectionRow(many),
      ...(await everydayRows(many)),
    ];
  } finally {
    await many.dispose();
    await one.dispose();
  }
}

interface Opened {
  readonly setup: WorktreesSetup;
  readonly endpoints: readonly { port: number; token: string }[];
  command(command: Command): Promise<Report>;
  dispose(): Promise<void>;
}

async function open(
  count: number,
  tabs: number,
  filesWithProblems: number,
): Promise<Opened> {
  const ground = new Ground();
  const { home, lockDirectory } = ground;
  const setup: WorktreesSetup = {
    worker: workerFile,
    home,
    lockDirectory,
    worktrees: linkedWorktrees(ground.directory, count),
    tabs,
    filesWithProblems,
  };
  const child = await Child.start<WorktreesReady>(programs.worktrees, setup);
  const tokens = readRecords(home);
  return {
    setup,
    endpoints: child.ready.ports.map((port) => ({
      port,
      token: tokens.get(port) ?? "",
    })),
    command: (command) => child.request<Report>(command),
    dispose: async () => {
      await child.dispose();
      ground.dispose();
    },
  };
}

/** Of one repository; each holds a file that is really there. */
function linkedWorktrees(directory: string, count: number): string[] {
  const main = path.join(directory, "app");
  mkdirSync(main);
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", main, ...args], { stdio: "ignore" });
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(path.join(main, "file-0.ts"), "one\n");
  git("add", ".");
  git(
    ...["-c", "user.name=Bench", "-c", "user.email=bench@example.com"],
    ...["commit", "--quiet", "--message=first"],
  );
  return Array.from({ length: count }, (_, index) => {
    if (index === 0) return main;
    const folder = path.join(directory, `feature-${index}`);
    git("worktree", "add", "--quiet", "-b", `feature-${index}`, folder);
    return folder;
  });
}

async function toolRows(many: Opened, one: Opened): Promise<Row[]> {
  const file = (opened: Opened) =>
    path.join(opened.setup.worktrees[0] ?? "", "file-0.ts");
  const tools: Record<string, (opened: Opened) => object> = {
    getWorkspaceFolders: () => ({}),
    getOpenEditors: () => ({}),
    getCurrentSelection: () => ({}),
    getDiagnostics: (opened) => ({ uri: file(opened) }),
  };
  const clients = new Map(
    await Promise.all(
      [many, one].map(async (opened) => {
        const [endpoint] = opened.endpoints;
        if (!endpoint) throw new Error("no instance runs");
        return [opened, await RpcClient.connect(endpoint)] as const;
      }),
    ),
  );
  const rows: Row[] = [];
  for (const [name, argumentsFor] of Object.entries(tools)) {
    const times = new Map<Opened, number[]>([
      [many, []],
      [one, []],
    ]);
    // Interleaved, so that other load affects both alike; the first round is the warm-up.
    for (let round = 0; round <= ROUNDS; round += 1)
      for (const [opened, client] of clients) {
        const call = { name, arguments: argumentsFor(opened) };
        for (let count = 0; count < CALLS; count += 1) {
          const time = await client.request("tools/call", call);
          if (round > 0) times.get(opened)?.push(time);
        }
      }
    rows.push({
      kind: "measured",
      what: `${name} with ${WORKTREES} worktrees, ${TABS} tabs, ${FILES_WITH_PROBLEMS} files with problems, p50`,
      unit: "ms",
      measured: median(times.get(many) ?? []),
      reference: {
        what: "one worktree, no tab, no problem",
        measured: median(times.get(one) ?? []),
      },
      budget: { atMost: 1, timesAtMost: 1.5 },
    });
  }
  for (const client of clients.values()) client.dispose();
  return rows;
}

async function selectionRow(opened: Opened): Promise<Row> {
  const agents = await Promise.all(
    opened.endpoints
      .slice(0, LISTENING_INSTANCES)
      .flatMap(({ port, token }) =>
        Array.from({ length: AGENTS_EACH }, () => connectAgent(port, token)),
      ),
  );
  // What the agents' own arrival sets off is over then.
  await opened.command({ kind: "nothing", milliseconds: 3_000 });
  const changes: number[] = [];
  const idle: number[] = [];
  for (let line = 2; line < 2 + CHANGES; line += 1) {
    changes.push((await opened.command({ kind: "select", line })).busy);
    idle.push(
      (await opened.command({ kind: "nothing", milliseconds: 0 })).busy,
    );
  }
  for (const agent of agents) agent.dispose();
  return {
    kind: "measured",
    what: `one selection change, ${LISTENING_INSTANCES} instances with ${AGENTS_EACH} agents each: the host is busy`,
    unit: "ms",
    measured: Math.max(0, median(changes) - median(idle)),
    reference: { what: "as long with no change", measured: median(idle) },
    budget: { atMost: 5 },
  };
}

async function connectAgent(port: number, token: string): Promise<LoadClient> {
  const agent = await LoadClient.connect(port, token);
  await agent.request({
    ...{ jsonrpc: "2.0", id: 0, method: "initialize" },
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "bench", version: "0" },
    },
  });
  agent.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  return agent;
}

async function everydayRows(opened: Opened): Promise<Row[]> {
  const events: Record<string, Command> = {
    "a selection": { kind: "select", line: 100 },
    "a setting that is not about worktrees": {
      kind: "setting",
      maxClients: 17,
    },
    "another active editor": { kind: "activeEditor", worktree: 3 },
    "a kill": { kind: "stop", worktree: 5 },
    "a restart": { kind: "restart", worktree: 6 },
    "a minute in which nothing happens": {
      kind: "nothing",
      milliseconds: IDLE,
    },
  };
  const rows: Row[] = [];
  for (const [what, command] of Object.entries(events)) {
    const { took, programs } = await opened.command(command);
    rows.push({
      kind: "measured",
      what: `programs started by ${what}, ${WORKTREES} worktrees open`,
      unit: "programs",
      measured: programs.length,
      budget: { atMost: 0 },
    });
    if (command.kind === "stop" || command.kind === "restart")
      rows.push({
        kind: "measured",
        what: `${what} of one of ${WORKTREES} instances, until it is done`,
        unit: "ms",
        measured: took,
        budget: { atMost: 50 },
      });
  }
  return rows;
}
