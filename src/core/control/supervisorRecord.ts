// The file by which windows find the supervisor: `<berth home>/supervisor.json`, mode 0600. A change here changes a contract.
import path from "node:path";
import { readJson } from "../system/atomicFile";
import type { Place } from "../system/machine";
import { areOurs } from "../system/privateDirectory";
import {
  identifyProcess,
  pidExists,
  type ProcessStart,
} from "../system/processIdentity";

/**
 * Of what windows and the supervisor say to each other. Raised with a change that either side would not understand:
 * windows of another version have a supervisor of their own.
 */
export const SUPERVISOR_PROTOCOL = 1;

export interface SupervisorRecord {
  readonly version: 1;
  readonly protocol: number;
  readonly pid: number;
  readonly processStart: ProcessStart;
  readonly pidNamespace?: string | undefined;
  readonly machine: string;
  /** Path of its socket, or name of its pipe. */
  readonly socket: string;
  /** Of its HTTP API on 127.0.0.1; undefined until it listens. */
  readonly port?: number | undefined;
  /** Proves each side of the socket to the other, and is the bearer of the HTTP API. */
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** `place` is null for the first that comes; others that share the home, such as containers, have files of their own. */
export function supervisorFile(
  home: string,
  place: Place | null,
  protocol = SUPERVISOR_PROTOCOL,
): string {
  const parts = [
    "supervisor",
    ...(protocol === 1 ? [] : [`v${protocol}`]),
    ...(place === null ? [] : [markOf(place)]),
  ];
  return path.join(home, `${parts.join("-")}.json`);
}

/** A line of text each: time in ISO 8601, `[level]`, words. */
export function supervisorLog(home: string): string {
  return path.join(home, "supervisor.log");
}

/** undefined if there is none, or it may be another user's word. */
export async function readSupervisor(
  file: string,
): Promise<SupervisorRecord | undefined> {
  if (!areOurs([path.dirname(file)])) return undefined;
  const value = await readJson(file);
  return isRecord(value) ? value : undefined;
}

/** The one of this place, wherever its file is. It may have died. */
export async function findSupervisor(
  home: string,
  place: Place,
  protocol = SUPERVISOR_PROTOCOL,
): Promise<SupervisorRecord | undefined> {
  for (const each of [place, null]) {
    const record = await readSupervisor(supervisorFile(home, each, protocol));
    if (record && isOf(record, place)) return record;
  }
  return undefined;
}

/** Whether it runs in this place, so that its pid and its socket mean something here. */
export function isOf(
  record: {
    readonly machine?: string | undefined;
    readonly pidNamespace?: string | undefined;
  },
  place: Place,
): boolean {
  return (
    record.machine === place.machine &&
    record.pidNamespace === place.pidNamespace
  );
}

/** Whether its process is still the one that wrote the record, which must be of this place. */
export async function isRunning({
  pid,
  processStart,
}: Pick<SupervisorRecord, "pid" | "processStart">): Promise<boolean> {
  return pidExists(pid) && (await identifyProcess(pid)) === processStart;
}

// By hand: the extension's bundle, which every window loads, holds no validation library.
function isRecord(value: unknown): value is SupervisorRecord {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Partial<Record<keyof SupervisorRecord, unknown>>;
  const texts = ["processStart", "machine", "socket", "token"] as const;
  return (
    fields.version === 1 &&
    typeof fields.protocol === "number" &&
    typeof fields.pid === "number" &&
    Number.isSafeInteger(fields.pid) &&
    fields.pid > 0 &&
    texts.every((name) => typeof fields[name] === "string") &&
    ["string", "undefined"].includes(typeof fields.pidNamespace) &&
    ["number", "undefined"].includes(typeof fields.port)
  );
}

function markOf({ machine, pidNamespace = "" }: Place): string {
  return `${machine}-${pidNamespace.replaceAll(/\W/g, "")}`;
}
