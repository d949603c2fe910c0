// When a process started, by the system clock.
import { readFileSync } from "node:fs";

/** The /proc clock tick on every Linux that VS Code runs on. */
const TICKS_PER_SECOND = 100;

/** Milliseconds since 1970, accurate to 10 ms. Linux only. */
export function processStartedAt(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command in parentheses may contain anything; field 3 follows the last parenthesis.
  const ticks = Number(
    stat.slice(stat.lastIndexOf(")") + 2).split(" ")[22 - 3],
  );
  return bootedAt() + (ticks * 1000) / TICKS_PER_SECOND;
}

/** The smallest of many readings, because /proc/uptime is truncated to 10 ms. */
function bootedAt(): number {
  const readings = Array.from({ length: 2_000 }, () => {
    const now = performance.timeOrigin + performance.now();
    const uptime = readFileSync("/proc/uptime", "utf8").split(" ")[0];
    return now - Number(uptime) * 1000;
  });
  return Math.min(...readings);
}
