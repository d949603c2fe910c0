// Decides which of the window's worktrees get an instance, and why the others do not.
// makePlan() uses what git reported earlier and never runs git.
import { existsSync } from "node:fs";
import path from "node:path";
import { instanceName } from "../../core/worktrees/names";
import { canonicalPath, contains, upwards } from "../../core/system/paths";
import type { Worktree } from "../../core/worktrees/worktree";
import type { DesiredState, Pin, Stopper, WorkspaceFolder } from "../contract";
import type { InstanceSpec } from "../instance/instanceContext";
import type { KnownWorktrees } from "./knownWorktrees";

export interface Planned {
  readonly spec: InstanceSpec;
  readonly verdict: "run" | "user" | "settings" | "limit";
  /** See InstanceState. */
  readonly by: Stopper | null;
}

/** By worktree path: the workspace folders' in their order, then those that the user has started or entered, in theirs. */
export type Plan = ReadonlyMap<string, Planned>;

export interface PinnedBy {
  readonly pin: Pin;
  /** See InstanceState. */
  readonly by: Stopper | null;
}

/** By worktree path. */
export type Pins = ReadonlyMap<string, PinnedBy>;

/** The folders a plan covers: those of the workspace and those the user has started or entered. */
function plannedFolders({ folders }: DesiredState, pins: Pins): string[] {
  const started = [...pins].flatMap(([worktree, { pin }]) =>
    pin === "stopped" ? [] : [worktree],
  );
  return [...new Set([...folders.map((folder) => folder.path), ...started])];
}

/** Those that git is asked about: a pin ends with its worktree, so the stopped ones too. */
export function askedFolders(desired: DesiredState, pins: Pins): string[] {
  return [...new Set([...plannedFolders(desired, pins), ...pins.keys()])];
}

/** If the limit is exceeded, worktrees that `isRunning` keep their place; those that the user has started come next. */
export function makePlan(
  desired: DesiredState,
  known: KnownWorktrees,
  pins: Pins,
  isRunning: (worktree: string) => boolean,
): Plan {
  const worktrees = new Map(
    plannedFolders(desired, pins)
      .map((folder) => known.get(folder))
      .filter((worktree) => worktree !== undefined)
      .map((worktree) => [worktree.path, worktree]),
  );
  const folders = desired.folders.map((folder) => ({
    ...folder,
    path: canonicalPath(folder.path),
  }));
  const plan = new Map(
    [...worktrees.values()].map((worktree): [string, Planned] => [
      worktree.path,
      {
        spec: specOf(worktree, folders, [...worktrees.keys()], desired),
        verdict: verdictOf(desired, pins.get(worktree.path)?.pin),
        by: pins.get(worktree.path)?.by ?? null,
      },
    ]),
  );
  return applyLimit(plan, desired.settings.maxInstances, (worktree) => {
    if (isRunning(worktree)) return 0;
    return pins.get(worktree)?.pin === "started" ? 1 : 2;
  });
}

/** A pin ends with its worktree: one made later at the same path starts by the settings. */
export function dropStalePins(
  pins: Map<string, PinnedBy>,
  known: KnownWorktrees,
): void {
  for (const worktree of pins.keys())
    if (known.get(worktree)?.path !== worktree) pins.delete(worktree);
}

export function plannedWorktrees(plan: Plan): Worktree[] {
  return [...plan.values()].map(({ spec }) => spec.worktree);
}

/** Those whose agents files belong to. A plain folder of the window is open to all agents, with or without an instance of its own. */
export function owningWorktrees(plan: Plan): Worktree[] {
  return [...plan.values()]
    .filter(({ spec, verdict }) => verdict === "run" || spec.worktree.isPlain)
    .map(({ spec }) => spec.worktree);
}

/**
 * With autoStart "activeEditor", the active file's worktree. Asks git only about a repository that is not known yet.
 * Without git, the containing workspace folder's: a folder inside a plain one is not a worktree of its own.
 */
export async function enteredWorktree(
  { activeDirectory, settings }: DesiredState,
  known: KnownWorktrees,
): Promise<Worktree | undefined> {
  if (settings.autoStart !== "activeEditor" || activeDirectory === null)
    return undefined;
  for (const directory of upwards(canonicalPath(activeDirectory))) {
    const worktree = known.get(directory);
    if (worktree?.path === directory) return worktree;
    if (existsSync(path.join(directory, ".git"))) return known.find(directory);
  }
  return undefined;
}

function verdictOf(
  { settings }: DesiredState,
  pin: Pin | undefined,
): Planned["verdict"] {
  if (pin === "stopped") return "user";
  if (!settings.enabled) return "settings";
  return pin !== undefined || settings.autoStart === "workspace"
    ? "run"
    : "settings";
}

/** The lowest ranks come first. */
function applyLimit(
  plan: Plan,
  limit: number,
  rankOf: (worktree: string) => number,
): Plan {
  const candidates = [...plan]
    .filter(([, { verdict }]) => verdict === "run")
    .map(([worktree]) => worktree)
    .sort((a, b) => rankOf(a) - rankOf(b));
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
  { settings, window }: DesiredState,
): InstanceSpec {
  const inside = folders.filter(
    (folder) =>
      folder.path !== worktree.path &&
      contains(worktree.path, folder.path) &&
      // A folder in a nested worktree belongs to that worktree.
      !worktrees.some(
        (other) =>
          other.length > worktree.path.length && contains(other, folder.path),
      ),
  );
  const rootFolder = folders.find(
    ({ path: folder }) => folder === worktree.path,
  );
  const top = rootFolder ?? {
    name: path.basename(worktree.path),
    path: worktree.path,
  };
  return {
    worktree,
    name: instanceName(
      worktree,
      (rootFolder ?? inside[0] ?? worktree).path,
      settings,
    ),
    folders: [top, ...inside],
    settings,
    window,
  };
}
