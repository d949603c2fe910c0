// The machine that everything runs on: directories, limits, proxies, containers, agents.
import { existsSync, lstatSync, readFileSync } from "node:fs";
import path from "node:path";
import { messageOf } from "../../core/errors";
import { launcherFile } from "../../core/commandLine/launcher";
import { findCommand } from "../../core/system/findCommand";
import { whyNotOurs } from "../../core/system/privateDirectory";
import { reasonOf, runProgram } from "../runProgram";
import { type Check, fine, type Finding, note, problem } from "./finding";

/** Milliseconds: some agents take seconds to say their version. */
const VERSION_TIMEOUT = 15_000;
const LEAST_WATCHES = 65_536;
const LEAST_INSTANCES = 64;

export const permissions: Check = ({ machine }) => {
  const { home, files } = machine;
  const directories = [
    home,
    files.records.directory,
    files.lockFiles.directory,
  ].filter((each) => existsSync(each));
  const wrong = directories.flatMap((directory): Finding[] => {
    const fault = whyNotOurs(directory);
    if (fault !== undefined)
      return [
        problem(
          `${directory} is not yours alone (${fault}), so Berth does not use it`,
          "Make it a directory of your own that only you can write to (chmod 700)",
        ),
      ];
    const isOpen =
      process.getuid !== undefined && (lstatSync(directory).mode & 0o077) !== 0;
    return isOpen && directory === home
      ? [
          problem(
            `Other users can read ${directory}, which holds tokens`,
            `chmod 700 ${directory}`,
          ),
        ]
      : [];
  });
  return wrong.length > 0 ? wrong : [fine("The directories are yours alone")];
};

export const backends: Check = ({ listing }) =>
  listing.backends.map(({ record, liveness }) => {
    const { name, worktree, state } = record;
    if (liveness === "stale")
      return problem(
        `The backend ${name} of ${worktree} has lost the server that ran it`,
        "The next one ends what is left of it: open a window, or run berth serve",
      );
    if (liveness === "foreign")
      return note(
        `The backend ${name} of ${worktree} is another machine's or container's, which shares this home`,
      );
    return state === "failed"
      ? problem(
          `The backend ${name} of ${worktree} has failed`,
          "Berth: Show Backend Log tells why",
        )
      : fine(`The backend ${name} of ${worktree} is ${state}`);
  });

export const launcher: Check = ({ machine }) => {
  const file = launcherFile(machine.home);
  if (!existsSync(file))
    return [
      note(
        "The extension has not written the berth command yet",
        "Open a window of VS Code with Berth",
      ),
    ];
  return findCommand("berth") === undefined
    ? [
        note(
          "berth is not on the PATH of this shell",
          "Berth: Install Command in PATH links it",
        ),
      ]
    : [fine("berth is on the PATH")];
};

/** Events of files are few on some systems, and windows then look by time. */
export const watches: Check = () => {
  const limits: [string, number][] = [
    ["max_user_watches", LEAST_WATCHES],
    ["max_user_instances", LEAST_INSTANCES],
  ];
  return limits.flatMap(([name, least]) => {
    const value = Number(readOr(`/proc/sys/fs/inotify/${name}`, "0"));
    return value > 0 && value < least
      ? [
          problem(
            `fs.inotify.${name} is ${value}: with many worktrees, changes are noticed seconds later`,
            `sudo sysctl fs.inotify.${name}=${least}`,
          ),
        ]
      : [];
  });
};

export const proxies: Check = ({ env }) => {
  const proxy = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].find(
    (name) => env[name],
  );
  if (proxy === undefined) return [];
  // Programs read one or the other: each that is set has to say it.
  const lists = [env["NO_PROXY"], env["no_proxy"]].filter((each) => each);
  const leavesOut = (list = "") =>
    list
      .split(",")
      .some((host) => ["127.0.0.1", "127.0.0.0/8", "*"].includes(host.trim()));
  return lists.length > 0 && lists.every(leavesOut)
    ? [fine(`${proxy} is set, and NO_PROXY leaves this machine out`)]
    : [
        problem(
          `${proxy} is set, and NO_PROXY does not name 127.0.0.1: agents that heed it do not reach their editor`,
          'Run eval "$(berth env)", or add 127.0.0.1,localhost to NO_PROXY',
        ),
      ];
};

export const surroundings: Check = ({ env }) => {
  const findings: Finding[] = [];
  if (/microsoft/i.test(readOr("/proc/version", "")))
    findings.push(
      note(
        "This is WSL: agents of Windows do not see what runs here, and the other way round",
        "Start agents in the same system as the window's folder",
      ),
    );
  const isRemote = [
    "SSH_CONNECTION",
    "REMOTE_CONTAINERS",
    "VSCODE_REMOTE_CONTAINERS_SESSION",
  ].some((name) => env[name]);
  if (existsSync("/.dockerenv") && !isRemote)
    findings.push(
      note(
        "This is a container: Gemini CLI looks for its editor on host.docker.internal",
        "Set REMOTE_CONTAINERS=true where you start it",
      ),
    );
  return findings;
};

export const agents: Check = async () => {
  const programs = ["claude", "codex", "gemini", "qwen", "copilot", "opencode"];
  const found = await Promise.all(
    programs.map(async (program): Promise<Finding[]> => {
      const file = findCommand(program);
      if (file === undefined) return [];
      try {
        const finished = await runProgram(file, ["--version"], VERSION_TIMEOUT);
        if (finished.code !== 0) throw new Error(reasonOf(finished));
        const [version = ""] = finished.stdout.trim().split("\n", 1);
        return [fine(`${program} ${version} (${path.dirname(file)})`)];
      } catch (error) {
        return [
          problem(
            `${file} does not say its version: ${messageOf(error)}`,
            "Install it again",
          ),
        ];
      }
    }),
  );
  const all = found.flat();
  return all.length > 0
    ? all
    : [
        note(
          "No agent was found on the PATH",
          "Install one, such as Claude Code",
        ),
      ];
};

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return otherwise;
  }
}
