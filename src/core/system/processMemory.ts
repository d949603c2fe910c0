// How much memory processes use, each with all that descend from it.
import { readFile } from "node:fs/promises";
import { type System, thisSystem } from "./processIdentity";
import {
  type ListedProcess,
  listProcesses,
  withDescendants,
} from "./processList";

/**
 * Bytes by the pid of each tree's first process; one that is gone is missing. Linux: shared memory counts in parts, once
 * for all processes that share it. Starts one process on macOS and Windows, none on Linux. Rejects where the system
 * cannot be asked.
 */
export async function memoryOfTrees(
  roots: Iterable<number>,
  system = thisSystem,
): Promise<ReadonlyMap<number, number>> {
  const listed =
    system.platform === "linux"
      ? { processes: await listProcesses(system), memoryOf: memoryOnLinux }
      : await listWithMemory(system);
  const trees = [...roots].map(async (root) => {
    const members = [...withDescendants([root], listed.processes)];
    const bytes = await Promise.all(members.map(listed.memoryOf));
    return [root, bytes.reduce((sum, each) => sum + each, 0)] as const;
  });
  return new Map((await Promise.all(trees)).filter(([, bytes]) => bytes > 0));
}

interface ListedMemory {
  readonly processes: readonly ListedProcess[];
  readonly memoryOf: (pid: number) => Promise<number>;
}

async function memoryOnLinux(pid: number): Promise<number> {
  // The first is not for other users' processes, nor on every kernel.
  for (const [file, pattern] of [
    [`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB$/m],
    [`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m],
  ] as const) {
    const text = await readFile(file, "utf8").catch(() => "");
    const kilobytes = pattern.exec(text)?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1_024;
  }
  return 0;
}

async function listWithMemory(system: System): Promise<ListedMemory> {
  const isWindows = system.platform === "win32";
  const output = isWindows
    ? await system.run("powershell.exe", [
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.WorkingSetSize)" }',
      ])
    : await system.run("ps", ["-axo", "pid=,ppid=,rss="]);
  const processes: ListedProcess[] = [];
  const memory = new Map<number, number>();
  for (const [, pid, parent, size] of output.matchAll(
    /^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/gm,
  )) {
    const id = Number(pid);
    processes.push({ pid: id, parent: Number(parent), group: id });
    memory.set(id, Number(size) * (isWindows ? 1 : 1_024));
  }
  return {
    processes,
    memoryOf: (pid) => Promise.resolve(memory.get(pid) ?? 0),
  };
}
