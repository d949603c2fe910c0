// `npm start [-- FOLDER...]`: builds and runs the extension in an embedded VS Code, one URL per folder, until Ctrl-C.
// `npm start -- --desktop [FOLDER...]`: installs it into the VS Code of `code` on PATH and opens the folders there.
import { mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { makeDemo } from "./lib/demo.mjs";
import { installPackages, installVSCode } from "./lib/install.mjs";
import { startServer, windowUrl } from "./lib/server.mjs";
import { endSupervisors } from "./lib/supervisor.mjs";
import { interrupted, main, Problem, run, step } from "./lib/task.mjs";
import { packageExtension } from "./package.mjs";

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { desktop: { type: "boolean", default: false } },
    });
  } catch (error) {
    throw new Problem(
      `${error.message}\nUsage: npm start -- [--desktop] [FOLDER...]`,
    );
  }
}

/** @param {string} name */
function existingFolder(name) {
  const folder = path.resolve(process.env["INIT_CWD"] ?? ".", name);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    return realpathSync(folder);
  throw new Problem(`There is no folder ${folder}.`);
}

async function buildVsix() {
  const { buildExtension } = await import("./build.mjs");
  await buildExtension();
  return packageExtension();
}

/** On Windows `code` is a script, which only a shell can run.
 * @param {readonly string[]} args */
const code = (...args) =>
  process.platform === "win32"
    ? run("cmd.exe", ["/d", "/c", "code", ...args])
    : run("code", args);

/** @param {readonly string[]} folders */
async function startDesktop(folders) {
  await code("--version");
  const vsix = await step("Packaging Berth", buildVsix());
  await step(
    "Installing it into VS Code",
    code("--install-extension", vsix, "--force"),
  );
  const temporary = folders.length === 0 && mkdtempSync(temporaryPrefix);
  for (const folder of temporary ? await makeDemo(temporary) : folders)
    await code("--new-window", folder);
  if (temporary)
    console.log(`The demo is in ${temporary}; remove it when you are done.`);
}

const temporaryPrefix = path.join(realpathSync(tmpdir()), "berth-demo-");

/** @param {readonly string[]} folders */
async function startEmbedded(folders) {
  const [vsix] = await Promise.all([
    step("Packaging Berth", buildVsix()),
    installVSCode(),
  ]);
  const temporary = mkdtempSync(temporaryPrefix);
  process.once("exit", () =>
    rmSync(temporary, { recursive: true, force: true, maxRetries: 10 }),
  );
  const opened = folders.length > 0 ? folders : await makeDemo(temporary);
  // Its server is not shared with the user's own windows, so that it can end with this program.
  const berthHome = path.join(temporary, "berth");
  const server = await step(
    "Starting VS Code",
    startServer({
      folder: temporary,
      extensions: [vsix],
      env: { BERTH_HOME: berthHome },
    }),
  );
  console.log("\nOpen in a browser, each in a window of its own:");
  for (const folder of opened)
    console.log(`  ${windowUrl(server.port, folder).href}`);
  console.log("\nCtrl-C stops it.");
  await interrupted();
  console.log("\nStopping ...");
  await server.stop();
  await endSupervisors(berthHome);
}

main(async () => {
  const { values, positionals } = readArguments();
  const folders = positionals.map(existingFolder);
  await run("git", ["--version"]);
  await installPackages();
  await (values.desktop ? startDesktop(folders) : startEmbedded(folders));
});
