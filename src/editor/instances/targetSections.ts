// All targets in the groups and the order in which every view shows them.
import type { Listing } from "../../core/control/machineInstances";
import type { BackendList } from "../backends/backendList";
import type { MachineAnswer } from "./otherMachines";
import type { Target } from "./target";
import type { WindowInstances } from "./windowInstances";

export interface TargetSection {
  readonly label: string;
  readonly targets: readonly Target[];
}

/** Without a listing, only this window's are known. */
export function targetSections(
  { views }: WindowInstances,
  backends: BackendList,
  listing: Listing | undefined,
  elsewhere: readonly MachineAnswer[],
): TargetSection[] {
  const ownIds = new Set(
    views.flatMap(({ state }) =>
      state.kind === "running" ? [state.instanceId] : [],
    ),
  );
  const { instances = [], otherEditors = [], notRunning = [] } = listing ?? {};
  return [
    {
      label: "This window",
      targets: views.flatMap((view): Target[] => [
        { kind: "own", view },
        ...backends
          .of(view.worktree)
          .map((each): Target => ({ kind: "backend", view: each })),
      ]),
    },
    {
      label: "Other windows",
      targets: instances
        .filter(({ record }) => !ownIds.has(record.instanceId))
        .map((listed) => ({ kind: "remote", listed })),
    },
    {
      label: "Other machines",
      targets: elsewhere.map((answer) => ({ kind: "elsewhere", answer })),
    },
    {
      label: "Other editors",
      targets: otherEditors.map((listed) => ({ kind: "otherEditor", listed })),
    },
    {
      label: "Not running",
      targets: notRunning.map((listed) => ({ kind: "notRunning", listed })),
    },
  ];
}
