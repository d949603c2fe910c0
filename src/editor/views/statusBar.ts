// The window's status bar item: the active instance, its state and its agents; a click opens the list or starts it again.
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import type { InstanceState, InstanceView } from "../../host/contract";
import { type DiffReview, revealing } from "../diffs/diffReview";
import type { CurrentSettings } from "../settings/settings";
import type { AgentTerminals } from "../terminals/agentTerminals";
import {
  agents,
  stateIcon,
  waitingWords,
  withoutIcons,
  withoutMarkdown,
} from "../text";
import type { WindowInstances } from "../instances/windowInstances";

export class StatusBar {
  readonly #lifetime = new Lifetime();
  readonly #item: vscode.StatusBarItem;

  constructor(
    private readonly instances: WindowInstances,
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
    for (const { onDidChange } of [instances, diffs, terminals, settings])
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
    const others = views.length - 1;
    const waiting = this.diffs.pending;
    this.#item.text = [
      stateIcon(state),
      withoutIcons(active.name),
      stateDetail(state),
      others > 0 ? `+${others}` : "",
      waiting.length > 0 ? `$(diff) ${waitingWords(waiting.length)}` : "",
    ]
      .filter((part) => part !== "")
      .join(" ");
    this.#item.accessibilityInformation = {
      label: [
        `Berth, instance ${active.name}: ${state.kind === "running" ? agents(state.clients.length) : state.kind}`,
        ...(waiting.length > 0 ? [waitingWords(waiting.length)] : []),
      ].join(", "),
    };
    this.#item.backgroundColor = background(active);
    // VS Code loses a click that meets a new command: while it is the same, so is the object.
    const command = this.#command(active);
    if (!isDeepStrictEqual(command, this.#item.command))
      this.#item.command = command;
    this.#item.tooltip = tooltip(views, active, this.terminals);
    this.#item.show();
  }

  /** What waits for the user comes first. */
  #command({ state, worktree }: InstanceView): string | vscode.Command {
    const [diff] = this.diffs.pending;
    if (diff)
      return {
        command: "vscode.diff",
        title: "Review",
        arguments: revealing(diff),
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

/** The colour-blind and the newcomer read words, not icons. */
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
  terminals: AgentTerminals,
): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(
    views
      .map((view) =>
        describe(view, view === active, terminals.of(view.worktree).length > 0),
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
    `${stateIcon(state)} **${withoutMarkdown(name)}**${isActive ? "" : ` · ${link("switch", "switchInstance", worktree)}`}`,
    withoutMarkdown(worktree),
  ];
  switch (state.kind) {
    case "running":
      lines.push(
        `Port ${state.port} · process ${process.pid} · ${agents(state.clients.length)}`,
        ...state.clients.map(
          ({ name, version, pid }) =>
            `$(plug) ${withoutMarkdown([name ?? "agent", version].filter(Boolean).join(" "))}${pid === null ? "" : ` · process ${pid}`}`,
        ),
        ...(state.warning === null
          ? []
          : [`$(warning) ${withoutMarkdown(state.warning)}`]),
        `${link("$(debug-restart) Restart", "restartInstance", worktree)} · ${link("$(debug-stop) Kill", "killInstance", worktree)} · ${link("$(robot) Open Agent Terminal", "openTerminal", worktree)}`,
      );
      break;
    case "failed":
      lines.push(
        withoutMarkdown(state.error),
        link("$(debug-restart) Try again", "startInstance", worktree),
      );
      break;
    case "stopped":
      lines.push(
        state.because === "limit"
          ? "Not started: the setting berth.maxInstances is reached."
          : "Stopped.",
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
    lines.push(`$(warning) ${withoutMarkdown(view.warning)}`);
  return lines.join("  \n");
}

function link(text: string, command: string, worktree?: string): string {
  const argument =
    worktree === undefined
      ? ""
      : `?${encodeURIComponent(JSON.stringify([worktree]))}`;
  return `[${text}](command:berth.${command}${argument})`;
}
