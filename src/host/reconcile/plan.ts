// From what the window has open and the user wants to the worktrees concerned, in order, each with a yes or a reason why not.
import path from "node:path";
import { instanceName } from "../../core/worktrees/names";
import { canonicalPath } from "../../core/system/paths";
import {
  contains,
  deepest,
  type Worktree,
} from "../../core/worktrees/worktree";
import type { Desired, Pin, WorkspaceFolder } from "../contract";
import type { InstanceSpec } from "../instance/instanceContext";
import type { WorktreeFinder } from "./worktreeFinder";

export interface Planned {
  readonly spec: InstanceSpec;
  readonly verdict: "run" | "user" | "settings" | "limit";
}

/** By the worktree's path; its order is that of the workspace folders, then that of the user's own starts. */
export type Plan = ReadonlyMap<string, Planned>;

/** Asks git about every folder. `isRunning` decides who stays when there are more than may run. */
export async function makePlan(
  desired: Desired,
  finder: WorktreeFinder,
  pins: ReadonlyMap<string, Pin>,
  isRunning: (worktree: string) => boolean,
): Promise<Plan> {
  const folders = desired.folders.map((folder) => ({
    ...folder,
    path: canonicalPath(folder.path),
  }));
  const pinned = [...pins].flatMap(([worktree, pin]) =>
    pin === "started" ? [worktree] : [],
  );
  const detected = await Promise.all(
    [...folders.map((folder) => folder.path), ...pinned].map((folder) =>
      finder.find(folder),
    ),
  );
  const worktrees = new Map(
    detected
      .filter((worktree) => worktree !== undefined)
      .map((worktree) => [worktree.path, worktree]),
  );
  const plan = new Map(
    [...worktrees.values()].map((worktree): [string, Planned] => [
      worktree.path,
      {
        spec: specOf(worktree, folders, [...worktrees.keys()], desired),
        verdict: verdictOf(desired, pins.get(worktree.path)),
      },
    ]),
  );
  return limited(plan, desired.settings.maxInstances, isRunning);
}

/**
 * With autoStart "activeEditor" that of the active file. Where git knows none, that of the workspace folder around it: a
 * folder inside a plain one is no worktree of its own.
 */
export async function enteredWorktree(
  { activeDirectory, folders, settings }: Desired,
  finder: WorktreeFinder,
): Promise<Worktree | undefined> {
  if (settings.autoStart !== "activeEditor" || activeDirectory === null)
    return undefined;
  const worktree = await finder.find(activeDirectory);
  if (!worktree || worktree.git) return worktree;
  const around = deepest(
    folders.map((folder) => canonicalPath(folder.path)),
    worktree.path,
  );
  return around === undefined ? undefined : finder.find(around);
}

function verdictOf(
  { settings }: Desired,
  pin: Pin | undefined,
): Planned["verdict"] {
  if (pin === "stopped") return "user";
  if (!settings.enabled) return "settings";
  return pin === "started" || settings.autoStart === "workspace"
    ? "run"
    : "settings";
}

function limited(
  plan: Plan,
  limit: number,
  isRunning: (worktree: string) => boolean,
): Plan {
  const candidates = [...plan]
    .filter(([, { verdict }]) => verdict === "run")
    .map(([worktree]) => worktree)
    .sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)));
  const excess = new Set(candidates.slice(limit));
  return new Map(
    [...plan].map(([worktree, planned]) => [
      worktree,
      excess.has(worktree) ? { ...planned, verdict: "limit" } : planned,
    ]),
  );
}

function specOf(
  worktree: Worktree,
  folders: readonly WorkspaceFolder[],
  worktrees: readonly string[],
  { settings, window }: Desired,
): InstanceSpec {
  const inside = folders.filter(
    (folder) =>
      folder.path !== worktree.path &&
      contains(worktree.path, folder.path) &&
      // A nested worktree's folder is that one's.
      !worktrees.some(
        (other) =>
          other.length > worktree.path.length && contains(other, folder.path),
      ),
  );
  const whole = folders.find(({ path: folder }) => folder === worktree.path);
  const top = whole ?? {
    name: path.basename(worktree.path),
    path: worktree.path,
  };
  return {
    worktree,
    name: instanceName(
      worktree,
      (whole ?? inside[0] ?? worktree).path,
      settings,
    ),
    folders: [top, ...inside],
    settings,
    window,
  };
}
