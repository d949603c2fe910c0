// The tree in Berth's own container: everything on this machine, and what waits for the user.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import { formatPendingDiffs } from "../../core/messages/diffs";
import { markActive } from "../../core/messages/instances";
import { describeTarget } from "../instances/describeTarget";
import {
  type GroupNode,
  machineTree,
  type TargetNode,
  type TreeNode,
} from "../instances/machineTree";
import type { TargetContext } from "../instances/target";
import { targetActions } from "../instances/targetActions";
import { waitingDiffs } from "../instances/waiting";

export class MachineTreeView implements vscode.TreeDataProvider<TreeNode> {
  readonly #lifetime = new Lifetime();
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());
  readonly #view: vscode.TreeView<TreeNode>;
  #redrawing: NodeJS.Immediate | undefined;
  #drawn = "";

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(private readonly context: TargetContext) {
    this.#view = this.#lifetime.own(
      vscode.window.createTreeView("berth.machine", {
        treeDataProvider: this,
        showCollapseAll: true,
      }),
    );
    const { instances, machine, backends, diffs, terminals, usage } = context;
    for (const { onDidChange } of [
      instances,
      machine,
      backends,
      diffs,
      terminals,
      usage,
    ])
      this.#lifetime.own(
        onDidChange(() => {
          this.#redrawSoon();
        }),
      );
    this.#lifetime.own(
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible) void usage.look();
      }),
    );
  }

  getChildren(node?: TreeNode): TreeNode[] {
    return node ? [...node.children] : machineTree(this.context);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return node.kind === "group" ? groupItem(node) : this.#item(node);
  }

  dispose(): Promise<void> {
    clearImmediate(this.#redrawing);
    return this.#lifetime.dispose();
  }

  #item(node: TargetNode): vscode.TreeItem {
    const { target, children, key } = node;
    const { icon, name, isActive, detail, warnings, ...told } = describeTarget(
      target,
      this.context,
    );
    const status = [told.status, told.usage].filter(Boolean).join(" · ");
    const item = new vscode.TreeItem(
      name,
      children.length === 0
        ? vscode.TreeItemCollapsibleState.None
        : vscode.TreeItemCollapsibleState.Expanded,
    );
    // VS Code keeps whether a row is open by its id, and one that had no children would stay closed.
    item.id = children.length === 0 ? `${key} (empty)` : key;
    item.description = isActive ? markActive(status) : status;
    item.tooltip = [name, status, detail, ...warnings]
      .filter(Boolean)
      .join("\n");
    item.iconPath = new vscode.ThemeIcon(icon);
    if (target.kind === "diff")
      item.command = {
        command: "berth.row.review",
        title: "Review Diff",
        arguments: [node],
      };
    item.accessibilityInformation = {
      label: [name, item.description, detail, ...warnings]
        .filter(Boolean)
        .join(", "),
    };
    item.contextValue = this.#actionsOf(node);
    return item;
  }

  /** Coalesces the changes of one tick. */
  #redrawSoon(): void {
    this.#redrawing ??= setImmediate(() => {
      this.#redrawing = undefined;
      const waiting = waitingDiffs(this.context).length;
      this.#view.badge =
        waiting === 0
          ? undefined
          : { value: waiting, tooltip: formatPendingDiffs(waiting) };
      const { server } = this.context.usage;
      // Assigned, it is drawn, even if it is the same.
      if (this.#view.description !== server) this.#view.description = server;
      // VS Code drops a click on a row that is being drawn anew.
      const drawn = JSON.stringify(this.#outline(machineTree(this.context)));
      if (drawn === this.#drawn) return;
      this.#drawn = drawn;
      this.#changed.fire();
    });
  }

  /** All that is to be seen. */
  #outline(nodes: readonly TreeNode[]): unknown[] {
    return nodes.map((node) => [
      node.key,
      node.kind === "group"
        ? node.name
        : [describeTarget(node.target, this.context), this.#actionsOf(node)],
      this.#outline(node.children),
    ]);
  }

  /** Ids of what can be done with it. */
  #actionsOf({ target }: TargetNode): string {
    return targetActions
      .filter(({ isAvailable }) => isAvailable(target, this.context))
      .map(({ id }) => id)
      .join(" ");
  }
}

function groupItem({ key, name, icon }: GroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(
    name,
    vscode.TreeItemCollapsibleState.Expanded,
  );
  item.id = key;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.contextValue = "group";
  return item;
}
