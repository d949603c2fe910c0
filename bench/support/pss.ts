// The PSS of a process: pages shared with other processes count proportionally.
import { readFileSync } from "node:fs";

/** Megabytes; undefined if the system does not report it. */
export function pssOf(pid: number | "self"): number | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const kilobytes = /^Pss: +(\d+) kB$/m.exec(rollup)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
