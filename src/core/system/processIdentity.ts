// Identifies a process beyond its pid: pids are reused within minutes on a small machine.
import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { errorCode } from "../errors";

/** Linux: `<boot id>:<start time in clock ticks>`; elsewhere the start date as the system prints it, in UTC. */
export type ProcessStart = string;

/**
 * Whether a process with this pid runs in our pid namespace. One we may not signal counts; a zombie, as left behind in
 * a container without an init, does not.
 */
export function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const state = statFields(pid)?.[0];
    return state !== "Z" && state !== "X";
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/** What differs by platform; another one in tests. */
export interface System {
  readonly platform: NodeJS.Platform;
  readonly hostname: string;
  /** undefined if the file cannot be read. */
  read(file: string): string | undefined;
  /** Resolves with what the command wrote, whatever it exits with; rejects if it cannot be run. */
  run(command: string, args: readonly string[]): Promise<string>;
}

export const thisSystem: System = {
  platform: process.platform,
  hostname: hostname(),
  read: readOrUndefined,
  run: (command, args) =>
    new Promise((resolve, reject) => {
      // Makes dates independent of time zone and locale.
      const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
      execFile(command, args, { env, windowsHide: true }, (error, stdout) => {
        if (error && typeof error.code !== "number")
          reject(new Error(error.message, { cause: error }));
        else resolve(stdout);
      });
    }),
};

/** What it was started with, its program first; empty if it is gone, or the system does not tell this user. Starts a process on macOS. */
export async function argumentsOf(
  pid: number,
  system = thisSystem,
): Promise<string[]> {
  switch (system.platform) {
    case "linux":
      return (system.read(`/proc/${pid}/cmdline`) ?? "")
        .split("\0")
        .filter(Boolean);
    case "win32":
      return [];
    default: {
      // In one line, with nothing to tell where an argument ends.
      const line = await system
        .run("ps", ["-o", "args=", "-p", String(pid)])
        .catch(() => "");
      return line.trim().split(" ").filter(Boolean);
    }
  }
}

/** undefined if there is no process with this pid, or the system could not be asked. */
export async function identifyProcess(
  pid: number,
  system = thisSystem,
): Promise<ProcessStart | undefined> {
  return (await identifyProcesses([pid], system)).get(pid);
}

/** The starts of the running ones among these: one command for all of them, and none on Linux. */
export async function identifyProcesses(
  pids: readonly number[],
  system = thisSystem,
): Promise<Map<number, ProcessStart>> {
  switch (system.platform) {
    case "linux":
      return new Map(
        pids.flatMap((pid) => {
          const start = startOnLinux(pid);
          return start === undefined ? [] : [[pid, start]];
        }),
      );
    case "win32":
      return identifyByCommand(system, "powershell.exe", [
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        `Get-Process -Id ${pids.join(",")} -ErrorAction SilentlyContinue | ForEach-Object { "$($_.Id) $($_.StartTime.ToUniversalTime().ToString('o'))" }`,
      ]);
    default:
      return identifyByCommand(system, "ps", [
        "-o",
        "pid=,lstart=",
        "-p",
        pids.join(","),
      ]);
  }
}

/** Id of the current boot; never shared by two machines, virtual machines or boots. Linux only. */
export function bootId(): string | undefined {
  return readOrUndefined("/proc/sys/kernel/random/boot_id")?.trim();
}

/** That of the system's first process, which no container shares. Its number is fixed in the kernel. */
export const INITIAL_PID_NAMESPACE = "pid:[4026531836]";

/** Our pid namespace: each container has its own, and any other platform counts as one. */
export function pidNamespace(
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (platform !== "linux") return platform;
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}

function startOnLinux(pid: number): ProcessStart | undefined {
  const fields = statFields(pid);
  // Field 22, in clock ticks since the boot.
  return fields && `${bootId() ?? "unknown"}:${fields[22 - 3] ?? ""}`;
}

/** Fields from 3 (the state) on; the command before them may contain spaces and parentheses. Linux only. */
function statFields(pid: number): readonly string[] | undefined {
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Reads lines of a pid and a date. */
async function identifyByCommand(
  system: System,
  command: string,
  args: readonly string[],
): Promise<Map<number, ProcessStart>> {
  const output = await system.run(command, args).catch(() => "");
  return new Map(
    [...output.matchAll(/^\s*(\d+)\s+(\S.*?)\s*$/gm)].map(
      ([, pid, start = ""]) => [Number(pid), start],
    ),
  );
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
