// Records and lock files as an instance would have left them, for tests that read and sweep them.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type {
  InstanceRecord,
  LockFile,
} from "../../../src/core/registry/formats";
import {
  type RegistryFiles,
  registryFiles,
  type RegistryLocations,
} from "../../../src/core/registry/registryFiles";
import type { Place } from "../../../src/core/system/machine";
import {
  bootId,
  identifyProcess,
  pidNamespace,
} from "../../../src/core/system/processIdentity";
import type { Ground } from "./ground";

/** Where the tests run, under a name of their own: real windows take these files for another machine's. */
export const thisPlace: Place = {
  machine: "the tests",
  boot: bootId(),
  pidNamespace: pidNamespace(),
};

/** The start of a process of this boot that has ended since. */
export const earlierStart = `${bootId() ?? ""}:1`;

/** What the tests write, as a process reads it that runs in `place`. */
export function filesOf(ground: Ground, place = thisPlace): RegistryFiles {
  return registryFiles(locationsOf(ground), place);
}

export function locationsOf(ground: Ground): RegistryLocations {
  return {
    home: ground.home,
    lockDirectory: ground.locks,
    geminiDirectory: ground.path("home-tmp", "gemini", "ide"),
    qwenDirectory: ground.path("home-user", ".qwen", "ide"),
  };
}

/** A record that this process might have written, with the changes applied. */
export async function recordOf(
  change: Partial<InstanceRecord> = {},
): Promise<InstanceRecord> {
  const pid = change.pid ?? process.pid;
  return {
    version: 2,
    instanceId: randomUUID(),
    name: "app@main",
    worktree: "/wt",
    gitCommonDir: null,
    repository: null,
    branch: null,
    pid,
    processStart: (await identifyProcess(pid)) ?? earlierStart,
    pidNamespace: thisPlace.pidNamespace,
    machine: thisPlace.machine,
    port: 20_001,
    token: "secret",
    controlToken: "control secret",
    socket: null,
    windows: [],
    diffs: 0,
    createdAt: Date.now(),
    ...change,
  };
}

/** A lock file that this process might have written, with the changes applied. */
export async function lockOf(
  change: Partial<LockFile> = {},
): Promise<LockFile> {
  const idePid = change.idePid ?? process.pid;
  return {
    pid: process.ppid,
    workspaceFolders: ["/wt"],
    ideName: "VS Code · app@main",
    transport: "ws",
    runningInWindows: false,
    authToken: "secret",
    instanceId: randomUUID(),
    worktreePath: "/wt",
    idePid,
    processStart: (await identifyProcess(idePid)) ?? earlierStart,
    pidNamespace: thisPlace.pidNamespace,
    machine: thisPlace.machine,
    createdAt: Date.now(),
    ...change,
  };
}

export function putRecord(
  ground: Ground,
  record: unknown,
  name?: string,
): string {
  const { instanceId } = record as { instanceId: string };
  return put(
    ground.make("home", "instances"),
    `${name ?? instanceId}.json`,
    record,
  );
}

export function putLock(ground: Ground, port: number, lock: unknown): string {
  return put(ground.make("claude", "ide"), `${port}.lock`, lock);
}

/** Strings are written as they are, everything else as JSON. */
function put(directory: string, name: string, content: unknown): string {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, name);
  writeFileSync(
    file,
    typeof content === "string" ? content : JSON.stringify(content),
    { mode: 0o600 },
  );
  return file;
}

/** Makes every kept address look as if it was last served this many seconds ago. */
export function ageAddresses(ground: Ground, seconds: number): void {
  const directory = path.join(ground.home, "addresses");
  const then = Date.now() / 1000 - seconds;
  for (const name of readdirSync(directory))
    utimesSync(path.join(directory, name), then, then);
}

/** Makes files look as if they were last written this many seconds ago. */
export function unseenFor(seconds: number, ...files: readonly string[]): void {
  const then = Date.now() / 1000 - seconds;
  for (const file of files) utimesSync(file, then, then);
}

/** The pid of a process that has just ended. */
export async function deadPid(): Promise<number> {
  const child = spawn("true");
  await once(child, "exit");
  return child.pid ?? 0;
}

/** Everything about the files of a directory that a change would show in: names, contents, modes and times. */
export function fingerprint(
  directory: string,
  isIncluded: (name: string) => boolean = () => true,
): unknown {
  return readdirSync(directory)
    .filter(isIncluded)
    .sort()
    .map((name) => {
      const file = path.join(directory, name);
      const { mode, mtimeMs, ino } = statSync(file);
      return [name, mode, mtimeMs, ino, readFileSync(file, "latin1")];
    });
}

/** Writes what other programs keep in the lock directory; Berth must not touch any of it. */
export async function putOthersFiles(ground: Ground): Promise<void> {
  const dead = await deadPid();
  const others: [number, unknown][] = [
    [
      31_001,
      {
        pid: dead,
        workspaceFolders: ["/x"],
        ideName: "Neovim",
        transport: "ws",
        authToken: "t",
      },
    ],
    [31_002, { pid: process.pid, workspaceFolders: [], ideName: "IntelliJ" }],
    [31_003, "{"],
    [31_004, ""],
    [31_005, "x".repeat(100_000)],
    [31_006, { ...(await lockOf({ idePid: dead })), instanceId: "not-a-uuid" }],
    [31_007, [1, 2, 3]],
    [31_008, "null"],
    [31_009, { ...(await lockOf({ idePid: dead })), transport: "sse" }],
  ];
  for (const [port, content] of others) putLock(ground, port, content);
  const mark = await lockOf({ idePid: dead });
  for (const name of [
    "notes.txt",
    "99999999.lock",
    "abc.lock",
    "31010.lock.bak",
  ])
    put(ground.locks, name, mark);
}
