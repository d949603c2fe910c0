// Shared by all scripts: one-sentence errors, child processes, and progress for terminals and logs.
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

const minimumNode = [20, 19];

/** An error that the user can act on; printed without a stack. */
export class Problem extends Error {}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (
  major < minimumNode[0] ||
  (major === minimumNode[0] && minor < minimumNode[1])
)
  fail(
    new Problem(
      `Node ${minimumNode.join(".")} or newer is needed, and this is ${process.versions.node}. Install it from https://nodejs.org.`,
    ),
  );

/** @param {unknown} error */
function fail(error) {
  console.error(error instanceof Problem ? `\n${error.message}` : error);
  process.exit(1);
}

/** Runs on Ctrl-C and termination signals; "exit" listeners still clean up. */
let interrupt = () => process.exit(130);

/** Resolves on Ctrl-C, which then does not end the process. */
export const interrupted = () =>
  new Promise((resolve) => {
    interrupt = resolve;
  });

/** Runs a script; an error ends the process with exit code 1.
 * @param {() => Promise<void>} body */
export function main(body) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => interrupt());
  body().catch(fail);
}

/** Whether a module is the script that was started, not an import.
 * @param {string} url its import.meta.url */
export const isMain = (url) => url === pathToFileURL(process.argv[1]).href;

/** @type {Record<string, string>} */
const installHints = {
  git: "Install git: https://git-scm.com.",
  npm: "npm comes with Node: https://nodejs.org.",
  code: "Start VS Code and run \"Shell Command: Install 'code' command in PATH\", or leave out --desktop.",
};

/**
 * Runs a program to completion and returns its whole output. Any exit code but 0 rejects with a Problem containing it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<string>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.once("error", (error) =>
      reject(notInstalled(command, error) ?? new Problem(error.message)),
    );
    child.once("close", (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new Problem(
            `${command} ${args.join(" ")} ended with ${signal ?? code}:\n${output.trimEnd()}`,
          ),
        );
    });
  });
}

/** Runs npm, the same one that started us if one did.
 * @param {readonly string[]} args
 * @param {string} cwd */
export async function npm(args, cwd) {
  const cli = process.env["npm_execpath"];
  const [command, first] = cli?.endsWith(".js")
    ? [process.execPath, [cli]]
    : ["npm", []];
  try {
    await run(command, [...first, ...args, "--no-audit", "--no-fund"], { cwd });
  } catch (error) {
    const text = String(error);
    if (/\bE(NOTFOUND|AI_AGAIN|CONN\w+|TIMEDOUT|NETUNREACH)\b/.test(text))
      throw new Problem(
        "The npm registry cannot be reached. Check the network, the proxy and `npm config get registry`, then try again.",
        { cause: error },
      );
    throw error;
  }
}

/** @param {string} command
 * @param {NodeJS.ErrnoException} error */
function notInstalled(command, error) {
  if (error.code !== "ENOENT") return undefined;
  return new Problem(
    `${command} is not installed or not on PATH. ${installHints[command] ?? ""}`.trimEnd(),
  );
}

/**
 * Shows progress: a running clock on a terminal, elsewhere one line at the start and one at the end.
 * @template T
 * @param {string} what
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const start = Date.now();
  const elapsed = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
  const isTerminal = process.stdout.isTTY;
  const clock = isTerminal
    ? setInterval(() => process.stdout.write(`\r${what} ... ${elapsed()}`), 200)
    : console.log(`${what} ...`);
  try {
    const result = await work;
    console.log(`${isTerminal ? "\r" : ""}${what}: ${elapsed()}`.padEnd(60));
    return result;
  } catch (error) {
    console.log(`${isTerminal ? "\r" : ""}${what}: failed`.padEnd(60));
    throw error;
  } finally {
    if (clock) clearInterval(clock);
  }
}
