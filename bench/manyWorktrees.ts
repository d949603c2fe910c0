// What a person with many worktrees pays: tool calls beside those of a single worktree, a selection that many agents hear,
// a kill, and the programs that everyday events start. On real linked worktrees.
import path from "node:path";
import type { Command } from "./programs/worktreesProcess";
import { median, type Row } from "./row";
import { LoadClient } from "./support/loadClient";
import { openWorktrees, type OpenedWorktrees } from "./support/openWorktrees";
import { RpcClient } from "./support/rpcClient";

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
  const many = await openWorktrees(WORKTREES, TABS, FILES_WITH_PROBLEMS);
  const one = await openWorktrees(1, 0, 0);
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

async function toolRows(
  many: OpenedWorktrees,
  one: OpenedWorktrees,
): Promise<Row[]> {
  const file = (opened: OpenedWorktrees) =>
    path.join(opened.setup.worktrees[0] ?? "", "file-0.ts");
  const tools: Record<string, (opened: OpenedWorktrees) => object> = {
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
    const times = new Map<OpenedWorktrees, number[]>([
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

async function selectionRow(opened: OpenedWorktrees): Promise<Row> {
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

async function everydayRows(opened: OpenedWorktrees): Promise<Row[]> {
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
