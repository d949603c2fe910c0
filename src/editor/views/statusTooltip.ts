// The tooltip of the status bar item: this window's worktrees and what belongs to them, then what waits in other windows. A link is an
// action of the row that it stands in.
import * as vscode from "vscode";
import { escapeMarkdown } from "../escape";
import { describeTarget } from "../instances/describeTarget";
import { ownNodes, type TargetNode } from "../instances/machineTree";
import type { Target, TargetContext } from "../instances/target";
import { targetActions } from "../instances/targetActions";
import { targetKey } from "../instances/targetKey";
import { waitingDiffs } from "../instances/waiting";

export function statusTooltip(context: TargetContext): vscode.MarkdownString {
  const own = ownNodes(context);
  const shown = new Set(own.flatMap(({ children }) => children.map(keyOf)));
  const elsewhere = waitingDiffs(context).filter(
    (target) => !shown.has(targetKey(target)),
  );
  const parts = own.map(({ target, children }) =>
    [
      ...lines(target, context),
      ...children.flatMap((child) => lines(child.target, context)),
    ].join("  \n"),
  );
  if (elsewhere.length > 0)
    parts.push(
      elsewhere.flatMap((target) => lines(target, context)).join("  \n"),
    );
  const { server } = context.usage;
  if (server !== "")
    parts.push(`$(server-process) Berth's ${escapeMarkdown(server)}`);
  parts.push(
    `${link("$(list-unordered) All instances", "listInstances")} · ${link("$(output) Log", "showLog")}`,
  );
  const markdown = new vscode.MarkdownString(parts.join("\n\n---\n\n"), true);
  markdown.isTrusted = {
    enabledCommands: [
      "berth.listInstances",
      "berth.showLog",
      ...targetActions.map(({ id }) => `berth.row.${id}`),
    ],
  };
  return markdown;
}

const keyOf = ({ key }: TargetNode): string => key;

function lines(target: Target, context: TargetContext): string[] {
  const { icon, name, status, usage, isActive, detail, warnings } =
    describeTarget(target, context);
  const links = targetActions
    .filter(
      ({ id, isOnlyInTree, isAvailable }) =>
        (!isOnlyInTree || (id === "switch" && !isActive)) &&
        isAvailable(target, context),
    )
    .map((action) =>
      link(
        `$(${action.icon}) ${action.title}`,
        `row.${action.id}`,
        targetKey(target),
      ),
    )
    .join(" · ");
  return [
    [
      `$(${icon}) **${escapeMarkdown(name)}**`,
      ...[status, usage].map(escapeMarkdown),
    ]
      .filter(Boolean)
      .join(" · "),
    ...(detail === "" ? [] : [escapeMarkdown(detail)]),
    ...warnings.map((warning) => `$(warning) ${escapeMarkdown(warning)}`),
    ...(links === "" ? [] : [links]),
  ];
}

function link(text: string, command: string, ...args: string[]): string {
  const argument =
    args.length === 0 ? "" : `?${encodeURIComponent(JSON.stringify(args))}`;
  return `[${text}](command:berth.${command}${argument})`;
}
