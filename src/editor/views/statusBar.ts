// The status bar item: the active instance, its state and agents. A click opens the list or starts a stopped instance.
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import { formatAgentCount, formatPendingDiffs } from "../../core/messages";
import type { BackendView } from "../../host/backendContract";
import type { BackendList } from "../backends/backendList";
import type { InstanceState, InstanceView } from "../../host/contract";
import { type DiffReview, diffCommandArguments } from "../diffs/diffReview";
import type { CurrentSettings } from "../settings/settings";
import type { AgentTerminals } from "../terminals/agentTerminals";
import { escapeIcons, escapeMarkdown } from "../escape";
import {
  canRestartBackend,
  canShowBackendLog,
  canStartBackend,
  canStopBackend,
} from "../instances/backendTarget";
import {
  backendIcon,
  backendReason,
  formatBackendState,
} from "../instances/backendText";
import { formatState, stateIcon } from "../instances/stateText";
import type { WindowInstances } from "../instances/windowInstances";

export class StatusBar {
  readonly #lifetime = new Lifetime();
  readonly #item: vscode.StatusBarItem;

  constructor(
    private readonly instances: WindowInstances,
    private readonly backends: BackendList,
    private readonly diffs: DiffReview,
    private readonly terminals: AgentTerminals,
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
    for (const { onDidChange } of [
      instances,
      backends,
      diffs,
      terminals,
      settings,
    ])
      this.#lifetime.own(
        onDidChange(() => {
          this.#draw();
        }),
      );
  }

  #draw(): void {
    const { active, views } = this.instances;
    if (!active || !this.settings.value.statusBar) {
      this.#item.hide();
      return;
    }
    const { state } = active;
    const otherCount = views.length - 1;
    const pending = this.diffs.pending;
    this.#item.text = [
      `$(${stateIcon(state)})`,
      escapeIcons(active.name),
      stateDetail(state),
      ...this.backends.of(active.worktree).map(backendDetail),
      otherCount > 0 ? `+${otherCount}` : "",
      pending.length > 0 ? `$(diff) ${formatPendingDiffs(pending.length)}` : "",
    ]
      .filter((part) => part !== "")
      .join(" ");
    this.#item.accessibilityInformation = {
      label: [
        `Berth, instance ${active.name}: ${state.kind === "running" ? formatAgentCount(state.clients.length) : state.kind}`,
        ...this.backends
          .of(active.worktree)
          .filter((backend) => backendDetail(backend) !== "")
          .map(({ name, state }) => `${name}: ${state.kind}`),
        ...(pending.length > 0 ? [formatPendingDiffs(pending.length)] : []),
      ].join(", "),
    };
    this.#item.backgroundColor = background(active);
    // VS Code drops a click while the command is being replaced, so an equal command keeps its object.
    const command = this.#command(active);
    if (!isDeepStrictEqual(command, this.#item.command))
      this.#item.command = command;
    this.#item.tooltip = tooltip(views, active, this.backends, this.terminals);
    this.#item.show();
  }

  /** A pending diff takes precedence. */
  #command({ state, worktree }: InstanceView): string | vscode.Command {
    const [diff] = this.diffs.pending;
    if (diff)
      return {
        command: "vscode.diff",
        title: "Review",
        arguments: diffCommandArguments(diff),
      };
    return state.kind === "stopped" || state.kind === "failed"
      ? {
          command: "berth.startInstance",
          title: "Start",
          arguments: [worktree],
        }
      : "berth.listInstances";
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

function tooltip(
  views: readonly InstanceView[],
  active: InstanceView,
  backends: BackendList,
  terminals: AgentTerminals,
): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(
    views
      .map((view) =>
        [
          describe(
            view,
            view === active,
            terminals.of(view.worktree).length > 0,
          ),
          ...backends.of(view.worktree).map(describeBackend),
        ].join("  \n"),
      )
      .join("\n\n---\n\n"),
    true,
  );
  markdown.appendMarkdown(
    `\n\n---\n\n${link("$(list-unordered) All instances", "listInstances")} · ${link("$(output) Log", "showLog")}`,
  );
  markdown.isTrusted = {
    enabledCommands: [
      "berth.listInstances",
      "berth.switchInstance",
      "berth.startInstance",
      "berth.restartInstance",
      "berth.killInstance",
      "berth.openTerminal",
      "berth.showTerminal",
      "berth.showLog",
      "berth.restartBackend",
      "berth.stopBackend",
      "berth.showBackendLog",
    ],
  };
  return markdown;
}

function describe(
  view: InstanceView,
  isActive: boolean,
  hasTerminals: boolean,
): string {
  const { state, worktree, name } = view;
  const lines = [
    `$(${stateIcon(state)}) **${escapeMarkdown(name)}**${isActive ? "" : ` · ${link("switch", "switchInstance", worktree)}`}`,
    escapeMarkdown(worktree),
  ];
  switch (state.kind) {
    case "running":
      lines.push(
        `Port ${state.port} · process ${state.pid} · ${formatAgentCount(state.clients.length)}`,
        ...state.clients.map(
          ({ name, version, pid }) =>
            `$(plug) ${escapeMarkdown([name ?? "agent", version].filter(Boolean).join(" "))}${pid === null ? "" : ` · process ${pid}`}`,
        ),
        ...(state.warning === null
          ? []
          : [`$(warning) ${escapeMarkdown(state.warning)}`]),
        `${link("$(debug-restart) Restart", "restartInstance", worktree)} · ${link("$(debug-stop) Kill", "killInstance", worktree)} · ${link("$(robot) Open Agent Terminal", "openTerminal", worktree)}`,
      );
      break;
    case "failed":
      lines.push(
        escapeMarkdown(state.error),
        link("$(debug-restart) Try again", "startInstance", worktree),
      );
      break;
    case "stopped":
      lines.push(
        `${escapeMarkdown(capitalize(formatState(state)))}.`,
        link("$(play) Start", "startInstance", worktree),
      );
      break;
    case "starting":
    case "stopping":
      lines.push(`${state.kind === "starting" ? "Starting" : "Stopping"}…`);
  }
  if (hasTerminals)
    lines.push(link("$(terminal) Show Terminal", "showTerminal", worktree));
  if (view.warning !== null)
    lines.push(`$(warning) ${escapeMarkdown(view.warning)}`);
  return lines.join("  \n");
}

function describeBackend(view: BackendView): string {
  const { name, worktree, state } = view;
  const target = { kind: "backend", view } as const;
  const reason = backendReason(state);
  const links = (
    [
      [canStartBackend, "start", "restartBackend"],
      [canRestartBackend, "restart", "restartBackend"],
      [canStopBackend, "stop", "stopBackend"],
      [canShowBackendLog, "log", "showBackendLog"],
    ] as const
  )
    .filter(([can]) => can(target))
    .map(([, text, command]) => link(text, command, worktree, name));
  return [
    `$(${backendIcon(state)}) **${escapeMarkdown(name)}** · ${escapeMarkdown(formatBackendState(state))} · ${links.join(" · ")}`,
    ...(reason === "" ? [] : [escapeMarkdown(reason)]),
  ].join("  \n");
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function link(text: string, command: string, ...args: string[]): string {
  const argument =
    args.length === 0 ? "" : `?${encodeURIComponent(JSON.stringify(args))}`;
  return `[${text}](command:berth.${command}${argument})`;
}
