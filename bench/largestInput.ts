// How long a single message of an agent, up to the limit of 10 MB, keeps the host from everything else.
import path from "node:path";
import { median, type Row } from "./row";
import { openWorktrees } from "./support/openWorktrees";
import { RpcClient } from "./support/rpcClient";

const ROUNDS = 6;
const MEGABYTE = 1024 * 1024;
/** Milliseconds in which a message of 10 MB is read and answered. */
const INPUT_TIME = 400;

/** Bodies of what an agent may send at once, close to the limit of 10 MB or to that of what is shown. */
const inputs: Readonly<Record<string, (file: string) => object>> = {
  "a change of 5.5 MB": (file) => openDiff(file, "x".repeat(5.5 * MEGABYTE)),
  "a change of 9.5 MB": (file) => openDiff(file, "x".repeat(9.5 * MEGABYTE)),
  "a change of 4.5 MB in lines": (file) =>
    openDiff(file, 'const a = "b";\n'.repeat(0.28 * MEGABYTE)),
  "a path of 9.5 MB": () => ({
    method: "tools/call",
    params: {
      name: "openFile",
      arguments: { filePath: `/${"a/".repeat(4.75 * MEGABYTE)}` },
    },
  }),
  "an unknown method of 9.5 MB": () => ({
    method: "m".repeat(9.5 * MEGABYTE),
  }),
};

export async function largestInput(): Promise<Row[]> {
  const one = await openWorktrees(1, 0, 0);
  const [endpoint] = one.endpoints;
  if (!endpoint) throw new Error("no instance runs");
  const file = path.join(one.setup.worktrees[0] ?? "", "a.ts");
  const stalls: { what: string; milliseconds: number; parsing: number }[] = [];
  for (const [what, make] of Object.entries(inputs)) {
    const text = JSON.stringify({ jsonrpc: "2.0", id: 1, ...make(file) });
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const client = await RpcClient.connect(endpoint);
      const reported = one.command({
        kind: "nothing",
        milliseconds: INPUT_TIME,
      });
      client.sendText(text);
      times.push((await reported).stalled);
      client.dispose();
    }
    const start = performance.now();
    JSON.parse(text);
    const parsing = performance.now() - start;
    stalls.push({ what, milliseconds: median(times), parsing });
  }
  const longest = stalls.reduce((a, b) =>
    a.milliseconds > b.milliseconds ? a : b,
  );
  await one.dispose();
  return [
    {
      kind: "measured",
      what: `longest time that one input of up to 10 MB keeps the host busy (${longest.what})`,
      unit: "ms",
      measured: longest.milliseconds,
      reference: { what: "`JSON.parse` of it", measured: longest.parsing },
      budget: { atMost: 50 },
    },
  ];
}

function openDiff(file: string, contents: string): object {
  return {
    method: "tools/call",
    params: {
      name: "openDiff",
      arguments: {
        old_file_path: file,
        new_file_path: file,
        new_file_contents: contents,
        tab_name: "bench",
      },
    },
  };
}
