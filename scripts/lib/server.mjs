// Runs the embedded VS Code: one server process, with its settings and extensions in a folder of its own.
import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { installVSCode } from "./install.mjs";
import { Problem, run } from "./task.mjs";

/** No prompts, updates, recommendations or network access. */
const quietSettings = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": "off",
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  "remote.autoForwardPorts": false,
  "remote.autoForwardPortsSource": "hybrid",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/**
 * @typedef {object} ServerOptions
 * @property {string} folder where settings, extensions and logs go; the caller removes it
 * @property {readonly string[]} extensions VSIX files, or source folders of extensions
 * @property {Record<string, unknown>} [settings] user settings
 * @property {boolean} [workspaceTrust] whether VS Code asks for trust; every folder is trusted otherwise
 * @property {NodeJS.ProcessEnv} [env]
 * @property {readonly string[]} [args] further server arguments
 */

/**
 * Starts VS Code and resolves once it listens. `stop` ends all its processes and resolves when they are gone.
 * @param {ServerOptions} options
 */
export async function startServer(options) {
  const { node, entry } = await installVSCode();
  const userData = path.join(options.folder, "user-data");
  const extensions = path.join(options.folder, "extensions");
  const config = path.join(options.folder, "config.yaml");
  const logFile = path.join(options.folder, "server.log");
  await mkdir(path.join(userData, "User"), { recursive: true });
  await mkdir(path.join(userData, "Machine"), { recursive: true });
  await mkdir(extensions, { recursive: true });
  await writeFile(config, "");
  // Two files: a running browser picks up changes on disk only in the machine settings, which take precedence.
  const userSettings = { ...quietSettings, ...options.settings };
  const settingsFile = path.join(userData, "Machine", "settings.json");
  await writeFile(
    path.join(userData, "User", "settings.json"),
    JSON.stringify(userSettings, undefined, 2),
  );
  await writeFile(settingsFile, "{}");
  const env = { ...process.env, EXTENSIONS_GALLERY: "{}", ...options.env };
  // In a VS Code terminal this would forward every command line to that window.
  delete env.VSCODE_IPC_HOOK_CLI;
  const common = [
    entry,
    ...["--config", config],
    ...["--user-data-dir", userData],
    ...["--extensions-dir", extensions],
  ];
  for (const extension of options.extensions)
    if (extension.endsWith(".vsix"))
      await run(node, [...common, "--install-extension", extension], { env });
    else await linkExtension(extension, extensions);

  const log = openSync(logFile, "w");
  const child = spawn(
    node,
    [
      ...common,
      // Bound to loopback only, so no password is needed; port 0 leaves the choice to the system.
      ...["--bind-addr", "127.0.0.1:0", "--auth", "none"],
      ...["--disable-telemetry", "--disable-update-check"],
      ...["--disable-getting-started-override", "--ignore-last-opened"],
      ...(options.workspaceTrust ? [] : ["--disable-workspace-trust"]),
      ...(options.args ?? []),
    ],
    // A process group of its own: Ctrl-C reaches only us, and we can tell when the whole group has ended.
    { stdio: ["ignore", log, log], env, detached: true },
  );
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) throw new Problem(`${node} cannot be started.`);
  const readLog = () => readFileSync(logFile, "utf8");
  // If we end in any way without stop(), this pipe closes and the guard kills the group.
  const guard = spawn("sh", ["-c", `cat; kill -KILL -${pid}`], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const stop = async () => {
    await stopGroup(pid);
    guard.kill("SIGKILL");
  };
  for (let waited = 0; ; waited += 20) {
    const address = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(readLog());
    if (address)
      return { port: Number(address[1]), pid, settingsFile, readLog, stop };
    if (child.exitCode !== null || waited > 30_000) {
      await stop();
      throw new Problem(`VS Code did not start:\n${readLog()}`);
    }
    await delay(20);
  }
}

/** Makes VS Code run an extension from its source folder. */
async function linkExtension(folder, extensions) {
  const { publisher, name, version } = JSON.parse(
    readFileSync(path.join(folder, "package.json"), "utf8"),
  );
  await symlink(
    folder,
    path.join(extensions, `${publisher}.${name}-${version}`),
  );
}

/** The URL that opens a folder or a `.code-workspace` file.
 * @param {number} port
 * @param {string} target */
export function windowUrl(port, target) {
  const kind = target.endsWith(".code-workspace") ? "workspace" : "folder";
  const value = encodeURIComponent(target).replaceAll("%2F", "/");
  return new URL(`http://localhost:${port}/?${kind}=${value}`);
}

/** Sends a signal (0 only probes) to a process group, and returns whether it has any process.
 * @param {number} group
 * @param {NodeJS.Signals | 0} signal */
function signalGroup(group, signal) {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

/** Whether a process group has any process but zombies, which nothing may reap in a container.
 * @param {number} group */
function isRunning(group) {
  if (!signalGroup(group, 0)) return false;
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some((pid) => {
    try {
      const stat = readFileSync(`/proc/${Number(pid)}/stat`, "utf8");
      const [state, , groupOfPid] = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ");
      return Number(groupOfPid) === group && state !== "Z";
    } catch {
      return false;
    }
  });
}

/** @param {number} group */
async function stopGroup(group) {
  const waitUntilGone = async (milliseconds) => {
    for (let waited = 0; isRunning(group); waited += 50) {
      if (waited >= milliseconds) return false;
      await delay(50);
    }
    return true;
  };
  try {
    // Signals only the leader: extension hosts then notice and have their 5 seconds to deactivate.
    process.kill(group, "SIGTERM");
  } catch {
    // It has already exited.
  }
  if (await waitUntilGone(8000)) return;
  signalGroup(group, "SIGKILL");
  await waitUntilGone(2000);
}
