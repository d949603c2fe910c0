// Which instance a command is about. Nothing is guessed: what may be several is an error that lists them.
import { existsSync } from "node:fs";
import path from "node:path";
import type { InstanceRecord } from "../core/registry/formats";
import type { ProcessState } from "../core/registry/liveness";
import { canonicalPath, contains, deepest } from "../core/system/paths";
import { dotGitAbove, isLinkedWorktree } from "../core/worktrees/gitLinks";
import {
  ambiguousTarget,
  instanceIsForeign,
  nobodyServes,
  noInstanceCalled,
  StaleInstance,
} from "./errors";
import { assertReadable, type Machine } from "./machine";

interface Candidate {
  readonly record: InstanceRecord;
  readonly state: ProcessState;
}

/**
 * The running instance that `wanted` names (name, id, port, branch, folder or path), or whose worktree the directory lies in if it is
 * undefined. Throws a UserError if there is none, or more than one.
 */
export async function findInstance(
  machine: Machine,
  wanted: string | undefined,
  directory = process.cwd(),
): Promise<InstanceRecord> {
  const candidates = await readCandidates(machine);
  const found =
    wanted === undefined
      ? await serving(candidates, directory)
      : await named(candidates, wanted, directory);
  const running = found.filter(({ state }) => state === "running");
  const [first] = running.length > 0 ? running : found;
  if (!first) {
    assertReadable(machine);
    throw wanted === undefined
      ? nobodyServes(directory)
      : noInstanceCalled(wanted);
  }
  if (running.length > 1)
    throw ambiguousTarget(
      wanted ?? directory,
      running.map(({ record }) => record),
    );
  if (first.state === "foreign") throw instanceIsForeign(first.record);
  if (first.state === "gone") throw new StaleInstance(first.record);
  return first.record;
}

/** The running instance of exactly that worktree. Throws a UserError if there is none. */
export async function instanceOf(
  machine: Machine,
  worktree: string,
): Promise<InstanceRecord> {
  const own = (await readCandidates(machine)).filter(
    ({ record }) => record.worktree === worktree,
  );
  const running = own.find(({ state }) => state === "running");
  if (running) return running.record;
  const [other] = own;
  if (!other) throw nobodyServes(worktree);
  throw other.state === "foreign"
    ? instanceIsForeign(other.record)
    : new StaleInstance(other.record);
}

/** Every running instance, oldest first. */
export async function runningInstances(
  machine: Machine,
): Promise<InstanceRecord[]> {
  const candidates = await readCandidates(machine);
  return candidates
    .filter(({ state }) => state === "running")
    .map(({ record }) => record);
}

async function readCandidates({ files }: Machine): Promise<Candidate[]> {
  const records = await files.records.readAll();
  records.sort((a, b) => a.createdAt - b.createdAt);
  const states = await files.liveness.ofRecords(records);
  return records.map((record, index) => ({
    record,
    state: states[index] ?? "foreign",
  }));
}

/** Those of the deepest worktree around the directory. One that runs counts before one that does not. */
async function serving(
  all: readonly Candidate[],
  directory: string,
): Promise<Candidate[]> {
  const real = canonicalPath(directory);
  // What lies around another worktree of git is not that worktree's, even if nobody serves it.
  const top = await dotGitAbove(real);
  const linked =
    top !== undefined && (await isLinkedWorktree(top)) ? top : undefined;
  const candidates = all.filter(
    ({ record: { worktree } }) =>
      linked === undefined || contains(linked, worktree),
  );
  const running = candidates.filter(({ state }) => state === "running");
  for (const group of [running, candidates]) {
    const worktrees = group.map(({ record }) => record.worktree);
    const worktree = deepest(worktrees, real);
    if (worktree !== undefined)
      return group.filter(({ record }) => record.worktree === worktree);
  }
  return [];
}

/** The first way of naming an instance by which there is one. */
async function named(
  candidates: readonly Candidate[],
  wanted: string,
  directory: string,
): Promise<Candidate[]> {
  const names = (record: InstanceRecord) =>
    candidates.filter((each) => each.record === record);
  const found = matching(
    candidates.map(({ record }) => record),
    wanted,
  ).flatMap(names);
  if (found.length > 0) return found;
  const place = path.resolve(directory, wanted);
  return existsSync(place) ? serving(candidates, place) : [];
}

/** What an instance can be named by. */
export type Nameable = Pick<
  InstanceRecord,
  "instanceId" | "name" | "port" | "branch" | "worktree"
>;

/** Those that are named so: by id, else by name, else by port, else by branch, folder or path. */
export function matching<Each extends Nameable>(
  records: readonly Each[],
  wanted: string,
): Each[] {
  const ways: ((record: Nameable) => boolean)[] = [
    ({ instanceId }) => instanceId === wanted,
    ({ name }) => name === wanted,
    ({ port }) => String(port) === wanted,
    ({ branch, worktree }) =>
      [branch, worktree, path.basename(worktree)].includes(wanted),
  ];
  for (const isNamed of ways) {
    const found = records.filter(isNamed);
    if (found.length > 0) return found;
  }
  return [];
}
