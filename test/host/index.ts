// The entry point that VS Code, embedded or downloaded, calls in its extension host: runs every test in this folder.
import { appendFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { format } from "node:util";
import Mocha from "mocha";

export async function run(): Promise<void> {
  const grep = process.env["BERTH_TEST_GREP"];
  const mocha = new Mocha({
    timeout: 120_000,
    reporter: path.resolve(__dirname, "../../../scripts/lib/reporter.cjs"),
    ...(grep && { grep }),
  });
  // The console is mixed with VS Code's own output, so the report goes to a file.
  const report = process.env["BERTH_TEST_REPORT"];
  if (report)
    Mocha.reporters.Base.consoleLog = (...words: unknown[]) => {
      appendFileSync(report, `${format(...words)}\n`);
    };
  for (const file of readdirSync(__dirname))
    if (file.endsWith(".test.js")) mocha.addFile(path.join(__dirname, file));
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  if (failures > 0) throw new Error(`${failures} failed`);
}
