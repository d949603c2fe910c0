// Identifies a process beyond its pid: pids are reused within minutes on a small machine.
import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import { errorCode } from "../errors";

const run = promisify(execFile);

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

/** undefined if there is no process with this pid. */
export async function identifyProcess(
  pid: number,
): Promise<ProcessIdentity | undefined> {
  switch (process.platform) {
    case "linux":
      return identifyOnLinux(pid);
    case "win32":
      return identifyByCommand("powershell.exe", [
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().ToString("o")`,
      ]);
    default:
      return identifyByCommand("ps", ["-o", "lstart=", "-p", String(pid)]);
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

async function identifyByCommand(
  command: string,
  args: string[],
): Promise<ProcessIdentity | undefined> {
  try {
    const { stdout } = await run(command, args, {
      // Makes the date independent of time zone and locale.
      env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
    });
    const start = stdout.trim();
    return start === ""
      ? undefined
      : {
          start,
          startedAt: Date.parse(start.endsWith("Z") ? start : `${start} UTC`),
        };
  } catch {
    return undefined;
  }
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
