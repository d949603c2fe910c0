// Memory of this process as the kernel shares it out: what others map too counts in part.
import { readFileSync } from "node:fs";

/** Megabytes; undefined where the system does not tell. */
export function ownPss(): number | undefined {
  try {
    const rollup = readFileSync("/proc/self/smaps_rollup", "utf8");
    const kilobytes = /^Pss: +(\d+) kB$/m.exec(rollup)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
