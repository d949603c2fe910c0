// Runs all benches or the named ones in sequence and prints one table. A missed budget is not a failure.
import { activation } from "./activation";
import { backends } from "./backends";
import { commandLine } from "./commandLine";
import { diff } from "./diff";
import { growth } from "./growth";
import { instances } from "./instances";
import { largestInput } from "./largestInput";
import { latency } from "./latency";
import { list } from "./list";
import { manyWorktrees } from "./manyWorktrees";
import { memory } from "./memory";
import { packageSize } from "./packageSize";
import { reload } from "./reload";
import type { Bench, Row } from "./row";
import { describeMachine, formatTable } from "./table";
import { throughput } from "./throughput";

const benches: Readonly<Record<string, Bench>> = {
  activation,
  reload,
  instances,
  growth,
  manyWorktrees,
  backends,
  largestInput,
  memory,
  latency,
  throughput,
  diff,
  list,
  commandLine,
  packageSize,
};

async function main(names: readonly string[]): Promise<void> {
  const rows: Row[] = [];
  for (const name of names) {
    const bench = benches[name];
    if (!bench)
      throw new Error(
        `There is no bench "${name}". There are: ${Object.keys(benches).join(", ")}`,
      );
    const start = performance.now();
    process.stderr.write(`${name} ...`);
    try {
      rows.push(...(await bench()));
    } catch (error) {
      console.error(error);
      rows.push({ kind: "skipped", what: name, why: "it failed, see above" });
      process.exitCode = 1;
    }
    const seconds = (performance.now() - start) / 1000;
    process.stderr.write(` ${seconds.toFixed(1)} s\n`);
  }
  process.stdout.write(`\n${formatTable(rows)}\n\n${describeMachine()}\n`);
}

const names = process.argv.slice(2);
main(names.length > 0 ? names : Object.keys(benches)).then(
  // Handles that a bench left open must not keep the process alive.
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
