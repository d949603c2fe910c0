// The worktrees that other windows have open and whose instances do not run: each is its window's to start.
import type { StoppedInstance } from "../machineContract";
import type { InstanceSet } from "./instanceSet";
import type { WindowPlan } from "./windowPlan";

interface PlanningWindow {
  readonly plan: WindowPlan;
  readonly focusedAt: number;
  readonly gone: AbortSignal;
}

/** Those that the window does not have open itself, in the order of the windows. */
export function stoppedBeside(
  own: PlanningWindow,
  windows: readonly PlanningWindow[],
  instances: Pick<InstanceSet, "wanted">,
): StoppedInstance[] {
  const running = new Set(instances.wanted);
  const found = new Map<string, StoppedInstance>();
  const others = windows
    .filter((window) => window !== own && !window.gone.aborted)
    .sort((a, b) => b.focusedAt - a.focusedAt);
  for (const { plan } of others)
    for (const { spec, verdict } of plan.stopped) {
      const { path: worktree, git } = spec.worktree;
      if (
        verdict === "run" ||
        found.has(worktree) ||
        running.has(worktree) ||
        own.plan.worktrees.has(worktree)
      )
        continue;
      found.set(worktree, {
        worktree,
        name: spec.name,
        gitCommonDir: git?.gitCommonDir ?? null,
        repository: git?.repository ?? null,
        branch: git?.branch ?? null,
        because: verdict,
        window: spec.window,
      });
    }
  return [...found.values()];
}
