// Processes as seen from outside. A process is identified by its pid and its start, because pids are reused.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Only to be compared with the start of the same pid at another time. */
  readonly start: string;
  readonly command: string;
}

async function listProcesses(): Promise<Process[]> {
  if (process.platform !== "linux") return listWithPs();
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        const stat = await readFile(`/proc/${pid}/stat`, "utf8");
        const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
        // The name in parentheses may contain anything; what follows is separated by spaces, from field 3 on.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (fields[0] === "Z") return undefined;
        return {
          pid: Number(pid),
          parent: Number(fields[1]),
          start: fields[19] ?? "",
          command: command.replaceAll("\0", " ").trim(),
        };
      } catch {
        return undefined;
      }
    }),
  );
  return found.filter((entry) => entry !== undefined);
}

async function listWithPs(): Promise<Process[]> {
  const format = "pid=,ppid=,lstart=,command=";
  const { stdout } = await promisify(execFile)("ps", ["-axo", format]);
  return [
    ...stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+((?:\S+\s+){4}\d{4})\s+(.*)$/gm),
  ].map(([, pid, parent, start = "", command = ""]) => ({
    pid: Number(pid),
    parent: Number(parent),
    start,
    command,
  }));
}

/** Every process below this one, parents first. */
export async function processesBelow(root: number): Promise<Process[]> {
  const all = await listProcesses();
  const below = (pid: number): Process[] =>
    all
      .filter((entry) => entry.parent === pid)
      .flatMap((entry) => [entry, ...below(entry.pid)]);
  return below(root);
}

export async function isRunning(one: Process): Promise<boolean> {
  const all = await listProcesses();
  return all.some(
    (entry) => entry.pid === one.pid && entry.start === one.start,
  );
}
