// Everything on this machine as a tree: repository, worktree, and what belongs to it.
import path from "node:path";
import type { MachineInstance } from "../../host/machineContract";
import type { Target, TargetContext } from "./target";
import { targetKey } from "./targetKey";

export interface GroupNode {
  readonly kind: "group";
  readonly key: string;
  readonly name: string;
  /** Id of a theme icon. */
  readonly icon: string;
  readonly children: readonly TreeNode[];
}

export interface TargetNode {
  readonly kind: "target";
  readonly key: string;
  readonly target: Target;
  readonly children: readonly TargetNode[];
}

type OwnTarget = Extract<Target, { kind: "own" }>;

export type TreeNode = GroupNode | TargetNode;

/** Repositories by name, each with the worktrees of this window first; then other editors. */
export function machineTree(context: TargetContext): TreeNode[] {
  const { instances, machine } = context;
  const repositories = new Map<string, { name: string; nodes: TreeNode[] }>();
  const add = (
    { gitCommonDir, repository, worktree }: Grouped,
    target: Target,
    children: readonly TargetNode[],
  ): void => {
    const key = gitCommonDir ?? worktree;
    const name = repository ?? path.basename(worktree);
    const known = repositories.get(key) ?? { name, nodes: [] };
    repositories.set(key, known);
    known.nodes.push(leaf(target, children));
  };
  for (const { target, children } of ownNodes(context))
    add(target.view, target, children);
  for (const listed of machine.beside(instances))
    add(listed, { kind: "remote", listed }, [
      ...belongings(listed),
      ...listed.backends.map((backend) =>
        leaf({ kind: "otherBackend", backend, instance: listed }),
      ),
    ]);
  for (const listed of machine.view.stopped)
    add(listed, { kind: "stopped", listed }, []);
  for (const listed of machine.view.notRunning)
    add(
      { ...listed, worktree: listed.path },
      { kind: "notRunning", listed },
      [],
    );
  const groups = [...repositories].map(([key, { name, nodes }]): TreeNode => ({
    kind: "group",
    key: `repository ${key}`,
    name,
    icon: "repo",
    children: nodes,
  }));
  const editors = machine.view.otherEditors.map((listed) =>
    leaf({ kind: "otherEditor", listed }),
  );
  return [
    ...groups,
    ...(editors.length === 0
      ? []
      : [
          {
            kind: "group",
            key: "otherEditors",
            name: "Other editors",
            icon: "link-external",
            children: editors,
          } as const,
        ]),
  ];
}

/** The worktrees of this window. */
export function ownNodes(
  context: TargetContext,
): (TargetNode & { readonly target: OwnTarget })[] {
  const { instances, machine, backends } = context;
  return instances.views.map((view) => {
    const { state, worktree } = view;
    const running = machine.view.instances.find(
      ({ instanceId }) =>
        state.kind === "running" && state.instanceId === instanceId,
    );
    const target = { kind: "own", view } as const;
    return {
      kind: "target",
      key: targetKey(target),
      target,
      children: [
        ...(running ? belongings(running) : []),
        ...backends
          .of(worktree)
          .map((each) => leaf({ kind: "backend", view: each })),
      ],
    };
  });
}

/** By its key; undefined: it is not there any more. */
export function findTarget(
  context: TargetContext,
  key: string,
): Target | undefined {
  const find = (nodes: readonly TreeNode[]): Target | undefined => {
    for (const node of nodes) {
      if (node.kind === "target" && node.key === key) return node.target;
      const found = find(node.children);
      if (found) return found;
    }
    return undefined;
  };
  return find(machineTree(context));
}

interface Grouped {
  readonly gitCommonDir: string | null;
  readonly repository: string | null;
  readonly worktree: string;
}

/** What waits for the user first. */
function belongings(instance: MachineInstance): TargetNode[] {
  return [
    ...instance.diffs.map((diff) => leaf({ kind: "diff", diff, instance })),
    ...instance.clients.map((client) =>
      leaf({ kind: "agent", client, instance }),
    ),
  ];
}

function leaf(
  target: Target,
  children: readonly TargetNode[] = [],
): TargetNode {
  return { kind: "target", key: targetKey(target), target, children };
}
