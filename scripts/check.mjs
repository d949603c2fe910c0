// `npm run check`: types, lint, format and unused code, in parallel; prints the whole output of each failure.
import path from "node:path";
import { installPackages, root } from "./lib/install.mjs";
import { isMain, main, Problem, run } from "./lib/task.mjs";

const checks = {
  types: ["typescript/bin/tsc", "--noEmit"],
  lint: ["eslint/bin/eslint.js", "."],
  format: ["prettier/bin/prettier.cjs", "--check", "."],
  "unused code": ["knip/bin/knip.js", "--no-config-hints"],
};

/** Runs every check; returns how many passed and the output of those that failed. */
export async function runChecks() {
  const results = await Promise.allSettled(
    Object.values(checks).map(([tool, ...args]) =>
      run(process.execPath, [path.join(root, "node_modules", tool), ...args], {
        cwd: root,
      }),
    ),
  );
  const failures = Object.keys(checks).flatMap((name, index) =>
    results[index].status === "rejected"
      ? [`${name}: ${results[index].reason.message}`]
      : [],
  );
  return { passes: results.length - failures.length, failures };
}

if (isMain(import.meta.url))
  main(async () => {
    await installPackages();
    const { failures } = await runChecks();
    if (failures.length > 0) throw new Problem(failures.join("\n\n"));
    console.log(`${Object.keys(checks).join(", ")}: no complaints`);
  });
