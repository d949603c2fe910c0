// What every script shares: failures told in one sentence, child processes, and progress that shows on a terminal and in a log.
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

const oldestNode = [20, 19];

/** A failure that the user can act on: printed as it is, without a stack. */
export class Problem extends Error {}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]))
  fail(
    new Problem(
      `Node ${oldestNode.join(".")} or newer is needed, and this is ${process.versions.node}. Install it from https://nodejs.org.`,
    ),
  );

/** @param {unknown} error */
function fail(error) {
  console.error(error instanceof Problem ? `\n${error.message}` : error);
  process.exit(1);
}

/** What Ctrl-C does, or whoever asks us to end: the listeners of "exit" still clean up. */
let interrupt = () => process.exit(130);

/** Waits for Ctrl-C instead of ending by it. */
export const interrupted = () =>
  new Promise((resolve) => {
    interrupt = resolve;
  });

/** Runs a script: what it throws ends the process with 1.
 * @param {() => Promise<void>} body */
export function main(body) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => interrupt());
  body().catch(fail);
}

/** Whether a module is the script that was started, and not imported by another.
 * @param {string} url its import.meta.url */
export const isMain = (url) => url === pathToFileURL(process.argv[1]).href;

/** @type {Record<string, string>} */
const howToInstall = {
  git: "Install git: https://git-scm.com.",
  npm: "npm comes with Node: https://nodejs.org.",
  code: "Start VS Code and run \"Shell Command: Install 'code' command in PATH\", or leave out --desktop.",
};

/**
 * Runs a program to its end and returns its whole output; a Problem with that output when it exits with anything but 0.
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
      reject(missing(command, error) ?? new Problem(error.message)),
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

/** Runs npm, the very one that started us where it did.
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
function missing(command, error) {
  if (error.code !== "ENOENT") return undefined;
  return new Problem(
    `${command} is not installed or not on PATH. ${howToInstall[command] ?? ""}`.trimEnd(),
  );
}

/**
 * Shows what is being waited for: a running clock on a terminal, one line at the start and one at the end elsewhere.
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
