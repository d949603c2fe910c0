// All targets in the groups and the order in which every view shows them.
import type { MachineAnswer } from "./otherMachines";
import type { Target, TargetContext } from "./target";
import { waitingDiffs } from "./waiting";

export interface TargetSection {
  readonly label: string;
  readonly targets: readonly Target[];
}

export function targetSections(
  context: TargetContext,
  elsewhere: readonly MachineAnswer[],
): TargetSection[] {
  const { instances, machine, backends } = context;
  const { otherEditors, stopped, notRunning } = machine.view;
  return [
    { label: "Waits for you", targets: waitingDiffs(context) },
    {
      label: "This window",
      targets: instances.views.flatMap((view): Target[] => [
        { kind: "own", view },
        ...backends
          .of(view.worktree)
          .map((each): Target => ({ kind: "backend", view: each })),
      ]),
    },
    {
      label: "Other windows",
      targets: [
        ...machine
          .beside(instances)
          .map((listed): Target => ({ kind: "remote", listed })),
        ...stopped.map((listed): Target => ({ kind: "stopped", listed })),
      ],
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
