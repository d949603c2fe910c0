// All processes of this machine and how they descend from one another.
import { readdirSync } from "node:fs";
import { type System, thisSystem } from "./processIdentity";

export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  /** Its process group; on Windows, which has none, its own pid. */
  readonly group: number;
}

/** Starts one process on macOS and Windows, none on Linux. Rejects where the system cannot be asked. */
export async function listProcesses(
  system = thisSystem,
): Promise<ListedProcess[]> {
  switch (system.platform) {
    case "linux":
      return listOnLinux(system);
    case "win32":
      return parse(
        await system.run("powershell.exe", [
          "-NoProfile",
          "-NonInteractive",
          "-Command",
          'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.ProcessId)" }',
        ]),
      );
    default:
      return parse(await system.run("ps", ["-axo", "pid=,ppid=,pgid="]));
  }
}

/** The process itself and its ancestors, nearest first; empty if it is gone. */
export async function ancestors(
  pid: number,
  system = thisSystem,
): Promise<number[]> {
  const parents = new Map(
    (await listProcesses(system)).map((each) => [each.pid, each.parent]),
  );
  const found: number[] = [];
  let next = pid;
  while (next !== 0) {
    const parent = parents.get(next);
    // A pid reused while we read could close a cycle.
    if (parent === undefined || found.includes(next)) break;
    found.push(next);
    next = parent;
  }
  return found;
}

/** The processes with these pids and all that descend from them, in no order. */
export function withDescendants(
  pids: Iterable<number>,
  processes: readonly ListedProcess[],
): Set<number> {
  const children = new Map<number, number[]>();
  const running = new Set<number>();
  for (const { pid, parent } of processes) {
    running.add(pid);
    const siblings = children.get(parent);
    if (siblings) siblings.push(pid);
    else children.set(parent, [pid]);
  }
  const found = new Set<number>();
  const visit = [...pids].filter((pid) => running.has(pid));
  for (let next = visit.pop(); next !== undefined; next = visit.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    visit.push(...(children.get(next) ?? []));
  }
  return found;
}

/**
 * Those that were started with the variable in their environment, in which their descendants have it too, whatever else
 * they have become. Linux tells of one's own processes; elsewhere the answer is empty.
 */
export function withVariable(
  name: string,
  value: string,
  system = thisSystem,
): number[] {
  if (system.platform !== "linux") return [];
  const variable = `${name}=${value}`;
  return pidsOnLinux().filter((pid) =>
    system.read(`/proc/${pid}/environ`)?.split("\0").includes(variable),
  );
}

function listOnLinux(system: System): ListedProcess[] {
  return pidsOnLinux().flatMap((pid) => {
    const stat = system.read(`/proc/${pid}/stat`);
    // The command in parentheses may itself contain spaces and parentheses; field 3 follows the last one.
    const [state, parent, group] =
      stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
    // A zombie has ended; only its parent has not looked yet.
    return state === undefined || state === "Z" || state === "X"
      ? []
      : [{ pid, parent: Number(parent), group: Number(group) }];
  });
}

function pidsOnLinux(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isSafeInteger);
}

function parse(output: string): ListedProcess[] {
  return [...output.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/gm)].map(
    ([, pid, parent, group]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
    }),
  );
}
