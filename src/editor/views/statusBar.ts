// The status bar item: the active instance, its state and agents, and what waits. A click opens the list.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import { formatAgentCount } from "../../core/messages/instances";
import { formatPendingDiffs } from "../../core/messages/diffs";
import type { BackendView } from "../../host/backendContract";
import type { InstanceState, InstanceView } from "../../host/contract";
import { escapeIcons } from "../escape";
import { backendIcon } from "../instances/backendText";
import { stateIcon } from "../instances/stateText";
import type { TargetContext } from "../instances/target";
import { waitingDiffs } from "../instances/waiting";
import type { CurrentSettings } from "../settings/settings";
import { statusTooltip } from "./statusTooltip";

export class StatusBar {
  readonly #lifetime = new Lifetime();
  readonly #item: vscode.StatusBarItem;
  #tooltip = "";

  constructor(
    private readonly context: TargetContext,
    private readonly settings: CurrentSettings,
  ) {
    this.#item = this.#lifetime.own(
      vscode.window.createStatusBarItem(
        "instance",
        vscode.StatusBarAlignment.Left,
        50,
      ),
    );
    this.#item.name = "Berth";
    this.#item.command = "berth.listInstances";
    const { instances, machine, backends, diffs, terminals, usage } = context;
    for (const { onDidChange } of [
      instances,
      machine,
      backends,
      diffs,
      terminals,
      usage,
      settings,
    ])
      this.#lifetime.own(
        onDidChange(() => {
          this.#draw();
        }),
      );
    this.#lifetime.own(
      vscode.debug.onDidChangeActiveDebugSession(() => {
        this.#draw();
      }),
    );
  }

  #draw(): void {
    const { instances, backends } = this.context;
    const { active, views } = instances;
    if (!active || !this.settings.value.statusBar) {
      this.#item.hide();
      return;
    }
    const { state } = active;
    const otherCount = views.length - 1;
    const waiting = waitingDiffs(this.context).length;
    this.#item.text = [
      `$(${stateIcon(state)})`,
      escapeIcons(active.name),
      stateDetail(state),
      ...backends.of(active.worktree).map(backendDetail),
      otherCount > 0 ? `+${otherCount}` : "",
      waiting > 0 ? `$(diff) ${formatPendingDiffs(waiting)}` : "",
    ]
      .filter((part) => part !== "")
      .join(" ");
    this.#item.accessibilityInformation = {
      label: [
        `Berth, instance ${active.name}: ${state.kind === "running" ? formatAgentCount(state.clients.length) : state.kind}`,
        ...backends
          .of(active.worktree)
          .filter((backend) => backendDetail(backend) !== "")
          .map(({ name, state }) => `${name}: ${state.kind}`),
        ...(waiting > 0 ? [formatPendingDiffs(waiting)] : []),
      ].join(", "),
    };
    this.#item.backgroundColor = background(active);
    // The bar of a debugger is bright, and colours are hard to read on it.
    this.#item.color = vscode.debug.activeDebugSession
      ? undefined
      : this.context.terminals.colorOf(active.worktree);
    const tooltip = statusTooltip(this.context);
    // VS Code closes the one that is open when it is replaced.
    if (tooltip.value !== this.#tooltip) this.#item.tooltip = tooltip;
    this.#tooltip = tooltip.value;
    this.#item.show();
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }
}

/** Words beside the icon, for colour-blind and new users. */
function stateDetail(state: InstanceState): string {
  switch (state.kind) {
    case "running":
      return state.clients.length > 0 ? `$(plug) ${state.clients.length}` : "";
    case "stopped":
    case "failed":
      return state.kind;
    case "starting":
    case "stopping":
      return "";
  }
}

/** Only what is going on and what has failed. */
function backendDetail({ name, state }: BackendView): string {
  return ["starting", "backoff", "failed"].includes(state.kind)
    ? `$(${backendIcon(state)}) ${escapeIcons(name)}`
    : "";
}

function background({ state }: InstanceView): vscode.ThemeColor | undefined {
  if (state.kind === "failed")
    return new vscode.ThemeColor("statusBarItem.errorBackground");
  if (state.kind === "running" && state.warning !== null)
    return new vscode.ThemeColor("statusBarItem.warningBackground");
  return undefined;
}
