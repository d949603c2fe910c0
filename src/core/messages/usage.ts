// Texts: since when something runs, and how much memory it uses.
import { formatTime } from "./instances";

const MEGABYTE = 1_024 * 1_024;

/** `since`: milliseconds since 1970; null: nobody knows. `memory`: bytes; undefined: not measured. */
export function formatUsage(since: number | null, memory?: number): string {
  return [
    since === null || since === 0 ? "" : `since ${formatTime(since)}`,
    memory === undefined ? "" : formatMemory(memory),
  ]
    .filter(Boolean)
    .join(", ");
}

/** With two digits that say something: it is never the same for long. */
export function formatMemory(bytes: number): string {
  const megabytes = Math.max(Number((bytes / MEGABYTE).toPrecision(2)), 0.1);
  return megabytes < 1_000
    ? `${megabytes} MB`
    : `${Number((megabytes / 1_024).toPrecision(2))} GB`;
}

/** Of the process that runs that many instances. */
export function formatServer(memory: number, instances: number): string {
  return `server ${formatMemory(memory)} for ${instances === 1 ? "1 instance" : `${instances} instances`}`;
}
