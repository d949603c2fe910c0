// Installs what a fresh machine lacks: our npm packages, a browser, and VS Code in a cache outside the repository.
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
} from "node:fs";
import { cp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { cachedFolder } from "./cache.mjs";
import { npm, Problem, run, step } from "./task.mjs";

export const root = path.resolve(import.meta.dirname, "..", "..");

/** Runs `npm ci` when node_modules is missing or older than package-lock.json. */
export async function installPackages() {
  const modifiedAt = (file) =>
    statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (
    modifiedAt("node_modules/.package-lock.json") >=
    modifiedAt("package-lock.json")
  )
    return;
  await step("Installing npm packages", npm(["ci"], root));
}

/** Server dependencies that no test or demo uses; they are half of the download or need a compiler. */
const unusedDependencies =
  /^@github\/copilot-sdk|^@microsoft\/mxc-sdk|windows-process-tree|sqlite3$/;

/**
 * Installs VS Code (code-server and its own Node) once per content of its lockfile and of this file; returns its paths.
 * @returns {Promise<{node: string, entry: string}>}
 */
export async function installVSCode() {
  const source = path.join(root, "scripts", "vscode");
  const key = createHash("sha256");
  for (const file of ["package-lock.json", "spdlog.cjs"])
    key.update(readFileSync(path.join(source, file)));
  key.update(readFileSync(import.meta.filename));
  const folder = await cachedFolder("vscode", key, async (partial) => {
    if (process.platform === "win32")
      throw new Problem(
        "The embedded VS Code does not run on Windows. Use your own: npm start -- --desktop",
      );
    await cp(source, partial, { recursive: true });
    await fillVSCode(partial);
  });
  const modules = path.join(folder, "node_modules");
  return {
    node: path.join(modules, nodePackage(modules), "bin", "node"),
    entry: path.join(modules, "code-server", "out", "node", "entry.js"),
  };
}

function nodePackage(modules) {
  const name = readdirSync(modules).find((entry) =>
    /^node-(bin-)?(linux|darwin)-/.test(entry),
  );
  if (name) return name;
  throw new Problem(
    `The embedded VS Code has no Node for ${process.platform}-${process.arch}. Use your own: npm start -- --desktop`,
  );
}

// code-server's own postinstall requires Node 24 and a compiler. The same installs without scripts leave two native
// modules unbuilt: the logger, which gets a stub, and the watchdog, which VS Code can do without.
async function fillVSCode(folder) {
  const modules = path.join(folder, "node_modules");
  const vscode = path.join(modules, "code-server", "lib", "vscode");
  const install = ["install", "--no-save", "--omit=dev", "--ignore-scripts"];
  await step(
    "Installing VS Code, once (1 of 3: the server)",
    npm(["ci", "--ignore-scripts"], folder),
  );
  const manifest = path.join(vscode, "package.json");
  const content = JSON.parse(readFileSync(manifest, "utf8"));
  for (const name of Object.keys(content.dependencies))
    if (unusedDependencies.test(name)) delete content.dependencies[name];
  await writeFile(manifest, JSON.stringify(content, undefined, 2));
  await step(
    "Installing VS Code, once (2 of 3: its modules)",
    npm(install, vscode),
  );
  await step(
    "Installing VS Code, once (3 of 3: its TypeScript)",
    npm(install, path.join(vscode, "extensions")),
  );
  const native = path.join(vscode, "node_modules", "@vscode");
  await cp(
    path.join(folder, "spdlog.cjs"),
    path.join(native, "spdlog", "index.js"),
  );
  await writeFile(
    path.join(native, "native-watchdog", "index.js"),
    "exports.start = () => {};\n",
  );
  const node = path.join(modules, nodePackage(modules));
  for (const unused of [
    path.join(vscode, "extensions", "copilot"),
    path.join(node, "include"),
    path.join(node, "share"),
  ])
    await rm(unused, { recursive: true, force: true });
}

/** Installs packages of Debian, for which one must be its root. Returns whether that was possible. */
export async function installFromDebian(title, ...packages) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args) => run("apt-get", ["-q", ...args], { env });
  await step("Updating Debian's package lists", apt("update"));
  await step(
    `Installing ${title}`,
    apt("install", "-y", "--no-install-recommends", ...packages),
  );
  return true;
}

const browserNames = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
];
const macBrowsers = ["Google Chrome", "Chromium", "Microsoft Edge"].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);

function findInstalledBrowser() {
  const onPath = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .flatMap((folder) => browserNames.map((name) => path.join(folder, name)));
  return [...onPath, ...macBrowsers].find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Returns the path of Chromium or Chrome; installs Chromium when run as root on Debian.
 * @returns {Promise<string>}
 */
export async function findBrowser() {
  const chosen = process.env["BERTH_BROWSER"] ?? process.env["CHROME_PATH"];
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Problem(
      `There is no browser at ${chosen}: correct BERTH_BROWSER or CHROME_PATH.`,
    );
  }
  const found = findInstalledBrowser();
  if (found) return found;
  if (await installFromDebian("Chromium", "chromium", "fonts-dejavu-core")) {
    const installed = findInstalledBrowser();
    if (installed) return installed;
  }
  throw new Problem(
    "No Chromium or Chrome was found: install one (Debian: apt install chromium), or set BERTH_BROWSER to its path.",
  );
}
