// `npm run bench [-- NAME...]`: installs what is missing, builds, runs all benches or the named ones, prints a table.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { installPackages, root } from "./lib/install.mjs";
import { main, run, step } from "./lib/task.mjs";

main(async () => {
  await installPackages();
  const build = path.join(root, "scripts", "build.mjs");
  await step("Building", run(process.execPath, [build, "--tests"]));
  const program = path.join(root, "out", "bench", "main.js");
  const { status } = spawnSync(
    process.execPath,
    [program, ...process.argv.slice(2)],
    { cwd: root, stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
});
