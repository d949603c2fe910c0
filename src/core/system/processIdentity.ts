// Identifies a process beyond its pid: pids are reused within minutes on a small machine.
import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { errorCode } from "../errors";

export interface ProcessIdentity {
  /** Linux: `<boot id>:<start time in clock ticks>`; elsewhere the start date as the system prints it, in UTC. */
  readonly start: string;
  /** Milliseconds since 1970, accurate to about a second. */
  readonly startedAt: number;
}

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

/** The platform and its way to run a command; another one in tests. */
export interface System {
  readonly platform: NodeJS.Platform;
  /** Resolves with what the command wrote, whatever it exits with; rejects if it cannot be run. */
  run(command: string, args: readonly string[]): Promise<string>;
}

export const thisSystem: System = {
  platform: process.platform,
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

/** undefined if there is no process with this pid, or the system could not be asked. */
export async function identifyProcess(
  pid: number,
  system = thisSystem,
): Promise<ProcessIdentity | undefined> {
  return (await identifyProcesses([pid], system)).get(pid);
}

/** The identities of the running ones among these: one command for all of them, and none on Linux. */
export async function identifyProcesses(
  pids: readonly number[],
  system = thisSystem,
): Promise<Map<number, ProcessIdentity>> {
  switch (system.platform) {
    case "linux":
      return new Map(
        pids.flatMap((pid) => {
          const identity = identifyOnLinux(pid);
          return identity ? [[pid, identity]] : [];
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

/** When this kernel started, in milliseconds since 1970. Linux only. */
export function bootTime(): number | undefined {
  const seconds = /^btime (\d+)$/m.exec(
    readOrUndefined("/proc/stat") ?? "",
  )?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Our pid namespace: each container has its own, and any other platform counts as one. */
export function pidNamespace(): string | undefined {
  if (process.platform !== "linux") return process.platform;
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}

/** Clock ticks per second in /proc; 100 on every Linux that VS Code runs on. */
const TICKS_PER_SECOND = 100;

function identifyOnLinux(pid: number): ProcessIdentity | undefined {
  const fields = statFields(pid);
  if (fields === undefined) return undefined;
  const ticks = fields[22 - 3];
  return {
    start: `${bootId() ?? "unknown"}:${ticks ?? ""}`,
    startedAt: (bootTime() ?? 0) + (Number(ticks) * 1000) / TICKS_PER_SECOND,
  };
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
): Promise<Map<number, ProcessIdentity>> {
  const output = await system.run(command, args).catch(() => "");
  return new Map(
    [...output.matchAll(/^\s*(\d+)\s+(\S.*?)\s*$/gm)].map(
      ([, pid, start = ""]) => [
        Number(pid),
        {
          start,
          startedAt: Date.parse(start.endsWith("Z") ? start : `${start} UTC`),
        },
      ],
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
