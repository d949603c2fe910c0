// `npm test [-- SUITE...] [--grep TEXT]`: installs what is missing, builds, runs the default or the named suites even
// if others fail, and ends with a table of counts and the line `N passed, M failed`.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { findTmux, installAgents } from "./agents/install.mjs";
import { runChecks } from "./check.mjs";
import {
  findBrowser,
  installFromDebian,
  installPackages,
  installVSCode,
  root,
} from "./lib/install.mjs";
import { main, Problem, run, step } from "./lib/task.mjs";
import { packageExtension, vsixPath } from "./package.mjs";

/**
 * How many tests passed, failed, were skipped (pending) or retried, and which of them in what way; why the suite
 * failed otherwise, or did not run.
 * @typedef {{passes: number, failures: number, pending?: number, retried?: number,
 *   troubles?: string[], problem?: string, notRun?: string}} Counts
 */

const temporary = mkdtempSync(path.join(tmpdir(), "berth-results-"));
process.once("exit", () => rmSync(temporary, { recursive: true, force: true }));

const testOutput = (...parts) => path.join(root, "out", "test", ...parts);

/** Runs a Node program that writes Mocha's counts to $BERTH_TEST_RESULT; no counts means failure, even on exit code 0.
 * @returns {Promise<Counts>} */
async function runNode(name, args, grep) {
  const result = path.join(temporary, `${name}.json`);
  const env = {
    ...process.env,
    BERTH_TEST_RESULT: result,
    BERTH_TEST_VSIX: vsixPath(),
    BERTH_TEST_GREP: grep ?? "",
  };
  const child = spawn(process.execPath, args, {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const kill = () => child.kill();
  process.once("exit", kill);
  const code = await new Promise((resolve) => child.once("close", resolve));
  process.off("exit", kill);
  if (!existsSync(result))
    return {
      passes: 0,
      failures: 0,
      problem: `ended with exit code ${code} and without a report`,
    };
  const counts = JSON.parse(readFileSync(result, "utf8"));
  if (counts.failures === 0 && code !== 0)
    counts.problem = `ended with exit code ${code}`;
  return counts;
}

const build = () =>
  run(process.execPath, [path.join(root, "scripts", "build.mjs"), "--tests"], {
    cwd: root,
  });

const mocha =
  (name, timeout, retries = 0) =>
  (grep) =>
    runNode(
      name,
      [
        path.join(root, "node_modules", "mocha", "bin", "mocha.js"),
        ...["--reporter", path.join(root, "scripts", "lib", "reporter.cjs")],
        // Exits after the report, even if a failed test left a server running.
        ...["--exit", "--timeout", String(timeout)],
        ...["--retries", String(retries)],
        ...(grep ? ["--grep", grep] : []),
        ...[testOutput(name, "**", "*.test.js")],
      ],
      grep,
    );

async function check() {
  const { passes, failures } = await runChecks();
  for (const failure of failures) console.log(`\n${failure}`);
  return { passes, failures: failures.length };
}

async function testPackage(grep) {
  await packageExtension();
  return mocha("package", 60_000)(grep);
}

const hostTests = (kind) => (grep) =>
  runNode(kind, [testOutput("harness", "runHostTests.js"), kind], grep);

/** Without an SSH server the tests of other machines are skipped: no reason to leave out the others. */
async function prepareSshServer() {
  if (existsSync("/usr/sbin/sshd")) return;
  try {
    await installFromDebian("an SSH server", "openssh-server");
  } catch (error) {
    console.log(`There is no SSH server: ${error.message}`);
  }
}

/** The real agents need the npm registry and tmux, which are not available on every machine. */
async function prepareAgents() {
  await installAgents();
  await findTmux();
}

/**
 * In execution order; suites without `isDefault` run only when named. `unit`, `ui` and `agents` wait for real processes
 * on a machine that may be busy, so a failed test is retried once; the retry is counted, and told at the end. If `prepare` fails, the suite is reported as not run instead
 * of failed, unless it was named.
 */
const suites = {
  check: { run: check, isDefault: true },
  unit: {
    run: mocha("unit", 180_000, 1),
    isDefault: true,
    prepare: prepareSshServer,
  },
  package: { run: testPackage, isDefault: true, needsVSCode: true },
  host: { run: hostTests("host"), isDefault: true, needsVSCode: true },
  ui: {
    run: mocha("ui", 300_000, 1),
    isDefault: true,
    needsVSCode: true,
    prepare: prepareSshServer,
  },
  electron: { run: hostTests("electron") },
  agents: {
    run: mocha("agents", 300_000, 1),
    isDefault: true,
    needsVSCode: true,
    prepare: prepareAgents,
  },
};

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { grep: { type: "string" } },
  });
  const unknown = positionals.find((name) => !(name in suites));
  if (unknown)
    throw new Problem(
      `There is no suite "${unknown}". There are: ${Object.keys(suites).join(", ")}.`,
    );
  const chosen = Object.keys(suites).filter((name) =>
    positionals.length > 0
      ? positionals.includes(name)
      : suites[name].isDefault,
  );
  return { chosen, isNamed: positionals.length > 0, grep: values.grep };
}

/** Runs a suite; whatever keeps it from running counts as its failure and does not stop the next suite.
 * @returns {Promise<Counts>} */
async function runSuite(name, { grep, isNamed }, built, vscodeReady) {
  try {
    if (name !== "check") await built;
    if (suites[name].needsVSCode) await vscodeReady;
    try {
      await suites[name].prepare?.();
    } catch (error) {
      if (isNamed || !(error instanceof Problem)) throw error;
      return { passes: 0, failures: 0, notRun: error.message };
    }
    const counts = await suites[name].run(grep);
    if (counts.passes + counts.failures === 0 && !grep)
      counts.problem ??= "ran no test";
    return counts;
  } catch (error) {
    const problem = error instanceof Problem ? error.message : error.stack;
    return { passes: 0, failures: 0, problem };
  }
}

main(async () => {
  const { chosen, ...options } = readArguments();
  await run("git", ["--version"]);
  await installPackages();
  // Downloads continue while the first suites run.
  const vscodeReady = chosen.some((name) => suites[name].needsVSCode)
    ? findBrowser().then(installVSCode)
    : undefined;
  vscodeReady?.catch(() => {});
  const built = step("Building", build()).catch((error) => {
    console.log(error.message);
    throw new Problem("the build failed");
  });
  await Promise.allSettled([built]);

  const total = { passed: 0, failed: 0, skipped: 0, retried: 0 };
  const table = {};
  const notRun = [];
  const troubles = [];
  for (const name of chosen) {
    console.log(`\n=== ${name}`);
    const start = Date.now();
    const counts = await runSuite(name, options, built, vscodeReady);
    if (counts.notRun) {
      console.log(`${name}: not run: ${counts.notRun}`);
      notRun.push(`${name} not run: ${counts.notRun.split("\n")[0]}`);
      table[name] = { passed: "not run" };
      continue;
    }
    if (counts.problem) console.log(`${name}: ${counts.problem}`);
    for (const trouble of counts.troubles ?? [])
      troubles.push(`${name}: ${trouble}`);
    const row = {
      passed: counts.passes,
      failed: counts.failures + (counts.problem ? 1 : 0),
      skipped: counts.pending ?? 0,
      retried: counts.retried ?? 0,
    };
    for (const kind of Object.keys(total)) total[kind] += row[kind];
    table[name] = { ...row, seconds: Math.round((Date.now() - start) / 1000) };
  }

  // At the end, where it is found even if the output before it was cut.
  for (const trouble of troubles) console.log(`\n${trouble}`);
  console.log();
  console.table(table);
  const extras = ["skipped", "retried"]
    .filter((kind) => total[kind] > 0)
    .map((kind) => `, ${total[kind]} ${kind}`);
  for (const line of notRun) console.log(line);
  console.log(
    `${total.passed} passed, ${total.failed} failed${extras.join("")}`,
  );
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
});
