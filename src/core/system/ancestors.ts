// The ancestors of a process, to match an agent with the terminal it runs in.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The process itself and its ancestors, nearest first; empty if it is gone. */
export async function ancestors(pid: number): Promise<number[]> {
  const parentOf = await readParents();
  const found: number[] = [];
  let next = pid;
  while (next !== 0) {
    const parent = parentOf(next);
    // A pid reused while we read could close a cycle.
    if (parent === undefined || found.includes(next)) break;
    found.push(next);
    next = parent;
  }
  return found;
}

async function readParents(): Promise<(pid: number) => number | undefined> {
  if (process.platform === "linux") return parentOnLinux;
  const list =
    'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId)" }';
  const { stdout } = await (process.platform === "win32"
    ? run("powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", list])
    : run("ps", ["-axo", "pid=,ppid="]));
  const parents = new Map(
    [...stdout.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)].map(([, pid, parent]) => [
      Number(pid),
      Number(parent),
    ]),
  );
  return (pid) => parents.get(pid);
}

function parentOnLinux(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command in parentheses may itself contain spaces and parentheses; field 3 follows the last one.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
