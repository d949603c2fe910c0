// Startup time of the command line, compared with an empty Node program.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { median, type Row } from "./row";
import { root } from "../test/unit/support/root";

const REPETITIONS = 20;

export function commandLine(): Promise<Row[]> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let repetition = 0; repetition <= REPETITIONS; repetition += 1) {
    const times = [
      timeOf(path.join(root, "dist", "cli.js"), "--version"),
      timeOf("-e", "0"),
    ] as const;
    if (repetition === 0) continue;
    ours.push(times[0]);
    bare.push(times[1]);
  }
  return Promise.resolve([
    {
      kind: "measured",
      what: "`berth --version`",
      unit: "ms",
      measured: median(ours),
      reference: { what: "`node -e 0`", measured: median(bare) },
      budget: { atMost: 150 },
    },
  ]);
}

function timeOf(...args: string[]): number {
  const start = performance.now();
  execFileSync(process.execPath, args);
  return performance.now() - start;
}
