// What waits for the user: the diffs of every window.
import type { Target, TargetContext } from "./target";

export type DiffTarget = Extract<Target, { kind: "diff" }>;

type Context = Pick<TargetContext, "machine" | "diffs">;

/** Oldest first. Also those of this window whose host is gone. */
export function waitingDiffs({ machine, diffs }: Context): DiffTarget[] {
  const told = machine.view.instances.flatMap((instance) =>
    instance.diffs.map((diff): DiffTarget => ({
      kind: "diff",
      diff,
      instance,
    })),
  );
  const known = new Set(told.map(({ diff }) => diff.id));
  const untold = diffs.pending.flatMap(({ proposal }): DiffTarget[] => {
    const { id, client, agent, newPath: path, worktree } = proposal;
    const instance = machine.of(worktree);
    return known.has(id) || !instance
      ? []
      : [
          {
            kind: "diff",
            diff: { id, client, agent, path, since: 0 },
            instance,
          },
        ];
  });
  return [...untold, ...told].sort((a, b) => a.diff.since - b.diff.since);
}
