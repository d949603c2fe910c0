// Which processes listen on which TCP ports, and where.
import { readdirSync, readlinkSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type System, thisSystem } from "./processIdentity";

export interface ListeningPort {
  readonly port: number;
  /** Reachable from this machine alone. */
  readonly isLoopback: boolean;
}

/**
 * The ports that these processes listen on. Starts one process on macOS and Windows, none on Linux. Empty where the system
 * cannot tell.
 */
export async function listeningPorts(
  pids: ReadonlySet<number>,
  system = thisSystem,
): Promise<ListeningPort[]> {
  if (system.platform === "linux") return listeningOnLinux(pids, system);
  return (await listenersElsewhere(system))
    .filter(({ pid }) => pids.has(pid))
    .map(({ address, port }) => listening(address, port));
}

/** Of every process that the system tells of, on macOS and Windows. */
async function listenersElsewhere(system: System): Promise<Listener[]> {
  if (system.platform === "win32") {
    const output = await system
      .run("netstat.exe", ["-ano", "-p", "TCP"])
      .catch(() => "");
    // The state has another word in each language; who listens has no other end.
    return parse(output, /^\s*TCP\s+(\S+):(\d+)\s+\S+:0\s+\S+\s+(\d+)/gm);
  }
  const output = await system
    .run("lsof", ["-nP", "-iTCP", "-sTCP:LISTEN", "-Fpn"])
    .catch(() => "");
  return parseLsof(output);
}

/**
 * Whether somebody listens on that port, of whatever address, who is neither this user nor the system. Only Linux tells; elsewhere the answer
 * is no.
 */
export function isHeldByOtherUser(
  port: number,
  system = thisSystem,
  uid = process.getuid?.() ?? 0,
): boolean {
  return (
    system.platform === "linux" &&
    socketsOnLinux(system).some(
      (each) =>
        each.state === LISTEN &&
        each.port === port &&
        each.uid !== uid &&
        each.uid !== 0,
    )
  );
}

/** A process that listens on that port; undefined: there is none, or the system does not tell this user. */
export async function holderOf(
  port: number,
  system = thisSystem,
): Promise<number | undefined> {
  if (system.platform === "linux") {
    const inodes = new Set(
      socketsOnLinux(system)
        .filter((each) => each.state === LISTEN && each.port === port)
        .map(({ inode }) => inode),
    );
    return pidWith(inodes);
  }
  const listeners = await listenersElsewhere(system);
  return listeners.find((each) => each.port === port)?.pid;
}

/**
 * The process at the other end of a connection between two ports of this machine; undefined: there is none, or the system does not tell
 * this user. Starts one process on macOS and Windows, none on Linux.
 */
export async function processAtOtherEnd(
  ownPort: number,
  otherPort: number,
  system = thisSystem,
): Promise<number | undefined> {
  switch (system.platform) {
    case "linux":
      return pidWith(
        new Set(
          socketsOnLinux(system)
            .filter(
              (each) => each.port === otherPort && each.remotePort === ownPort,
            )
            .map(({ inode }) => inode),
        ),
      );
    case "win32": {
      const output = await system
        .run("netstat.exe", ["-ano", "-p", "TCP"])
        .catch(() => "");
      const rows = output.matchAll(
        /^\s*TCP\s+\S+:(\d+)\s+\S+:(\d+)\s+\S+\s+(\d+)/gm,
      );
      const row = [...rows].find(
        ([, own, remote]) =>
          Number(own) === otherPort && Number(remote) === ownPort,
      );
      return row && Number(row[3]);
    }
    default: {
      const output = await system
        .run("lsof", ["-nP", `-iTCP:${otherPort}`, "-Fpn"])
        .catch(() => "");
      let pid = 0;
      for (const line of output.split("\n")) {
        if (line.startsWith("p")) pid = Number(line.slice(1));
        if (line.includes(`:${otherPort}->`) && line.endsWith(`:${ownPort}`))
          return pid;
      }
      return undefined;
    }
  }
}

/** How many connections a port of this machine has; undefined where the system cannot tell. */
export async function connectionsTo(
  port: number,
  system = thisSystem,
): Promise<number | undefined> {
  switch (system.platform) {
    case "linux":
      return socketsOnLinux(system).filter(
        (each) => each.state === ESTABLISHED && each.port === port,
      ).length;
    case "win32": {
      const output = await system
        .run("netstat.exe", ["-ano", "-p", "TCP"])
        .catch(() => undefined);
      // Also those that have just been closed: the state has another word in each language.
      const rows = output?.matchAll(/^\s*TCP\s+\S+:(\d+)\s+\S+:[1-9]\d*\s/gm);
      return rows && countOf(rows, port);
    }
    default: {
      const output = await system
        .run("netstat", ["-an", "-p", "tcp"])
        .catch(() => undefined);
      const rows = output?.matchAll(
        /^tcp\S*\s+\d+\s+\d+\s+\S+\.(\d+)\s+\S+\s+ESTABLISHED/gm,
      );
      return rows && countOf(rows, port);
    }
  }
}

/** Rows whose first group is the port. */
function countOf(rows: Iterable<RegExpExecArray>, port: number): number {
  return [...rows].filter((row) => Number(row[1]) === port).length;
}

const ESTABLISHED = "01";
const LISTEN = "0A";

interface Socket {
  readonly address: string;
  readonly port: number;
  readonly remotePort: number;
  readonly state: string;
  readonly uid: number;
  readonly inode: string;
}

function listeningOnLinux(
  pids: ReadonlySet<number>,
  system: System,
): ListeningPort[] {
  const inodes = new Set([...pids].flatMap(socketInodes));
  return socketsOnLinux(system)
    .filter(({ state, inode }) => state === LISTEN && inodes.has(inode))
    .map(({ address, port }) => ({
      port,
      isLoopback: LOOPBACK_ON_LINUX.test(address),
    }));
}

/** 127.0.0.0/8, ::1, and the first as a IPv6 address; each group of four bytes is in the order of the processor. */
const LOOPBACK_ON_LINUX =
  /^(?:[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;

function socketsOnLinux(system: System): Socket[] {
  return ["tcp", "tcp6"].flatMap((table) =>
    [
      ...(system.read(`/proc/net/${table}`) ?? "").matchAll(
        /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +(\d+) +\d+ (\d+)/gm,
      ),
    ].map((row) => {
      const [, address = "", port = "", remotePort = ""] = row;
      const [, , , , state = "", uid = "", inode = ""] = row;
      return {
        address,
        port: parseInt(port, 16),
        remotePort: parseInt(remotePort, 16),
        state,
        uid: Number(uid),
        inode,
      };
    }),
  );
}

/** One of the processes that has such a socket, of those that this user may look into; the latest are the likeliest. */
async function pidWith(
  inodes: ReadonlySet<string>,
): Promise<number | undefined> {
  if (inodes.size === 0) return undefined;
  const pids = readdirSync("/proc").map(Number).filter(Boolean);
  for (const pid of pids.sort((a, b) => b - a)) {
    if (socketInodes(pid).some((each) => inodes.has(each))) return pid;
    // A machine may have thousands, and everybody else waits.
    await nextTurn();
  }
  return undefined;
}

function socketInodes(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
      try {
        const target = readlinkSync(`/proc/${pid}/fd/${name}`);
        return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

interface Listener {
  readonly pid: number;
  readonly address: string;
  readonly port: number;
}

function parse(output: string, pattern: RegExp): Listener[] {
  return [...output.matchAll(pattern)].map(([, address = "", port, pid]) => ({
    address,
    port: Number(port),
    pid: Number(pid),
  }));
}

/** A line `p<pid>` for each process, then lines `n<address>:<port>`. */
function parseLsof(output: string): Listener[] {
  let pid = 0;
  return output.split("\n").flatMap((line): Listener[] => {
    if (line.startsWith("p")) pid = Number(line.slice(1));
    const [, address, port] = /^n(.*):(\d+)$/.exec(line) ?? [];
    return address === undefined ? [] : [{ pid, address, port: Number(port) }];
  });
}

function listening(address: string, port: number): ListeningPort {
  return { port, isLoopback: /^(127\.|\[?::1\]?$|localhost$)/.test(address) };
}
