// A row as a worktree of git's, whoever runs its instance.
import path from "node:path";
import { contains } from "../../core/system/paths";
import { siblingName } from "../../core/worktrees/names";
import type { MachineInstance } from "../../host/machineContract";
import type { Target, TargetContext } from "../instances/target";

export interface WorktreeRow {
  /** Real path. */
  readonly path: string;
  readonly name: string;
  readonly gitCommonDir: string;
  /** Of any window, as far as one is told of. */
  readonly instance: MachineInstance | undefined;
}

/** undefined: it is no worktree of git's. */
export function worktreeOf(
  target: Target,
  { machine }: TargetContext,
): WorktreeRow | undefined {
  switch (target.kind) {
    case "own": {
      const { worktree, name, gitCommonDir } = target.view;
      const instance = machine.of(worktree);
      return gitCommonDir === null
        ? undefined
        : { path: worktree, name, gitCommonDir, instance };
    }
    case "remote": {
      const { listed } = target;
      const { worktree, name, gitCommonDir, liveness } = listed;
      // One of another machine or container may mean another disk.
      return gitCommonDir === null || liveness === "foreign"
        ? undefined
        : { path: worktree, name, gitCommonDir, instance: listed };
    }
    case "notRunning": {
      const { listed } = target;
      const { gitCommonDir } = listed;
      const name = siblingName(listed);
      return { path: listed.path, name, gitCommonDir, instance: undefined };
    }
    default:
      return undefined;
  }
}

/** As git last listed it. */
export function isLocked(target: Target, context: TargetContext): boolean {
  const row = worktreeOf(target, context);
  return !!row && context.machine.view.locked.includes(row.path);
}

export function canLock(target: Target, context: TargetContext): boolean {
  return isLinked(target, context) && !isLocked(target, context);
}

/** Only what was added to a repository can be removed, or locked. As far as the paths tell; git has the last word. */
export function isLinked(target: Target, context: TargetContext): boolean {
  const row = worktreeOf(target, context);
  return (
    row !== undefined &&
    !contains(row.path, row.gitCommonDir) &&
    // The main worktree of a repository whose git directory lies elsewhere, such as a submodule's.
    !row.gitCommonDir.includes(`${path.sep}.git${path.sep}modules${path.sep}`)
  );
}
