// The list of everything on this machine: this window's instances, other windows', other editors, and worktrees nobody serves.
import * as vscode from "vscode";
import { messageOf } from "../../core/errors";
import type { Listing } from "../../core/control/machineInstances";
import {
  acceptOldest,
  canKill,
  canOpenTerminal,
  canRestart,
  canShowTerminal,
  canStart,
  diffsOf,
  hasDiff,
  kill,
  openTerminal,
  type Reach,
  rejectOldest,
  restart,
  showTerminal,
  start,
  type Target,
} from "../instances/target";
import {
  agents,
  stateIcon,
  stateWords,
  waitingWords,
  withoutIcons,
} from "../text";

export interface PickerOptions {
  readonly title: string;
  readonly placeholder: string;
  /** Rows that cannot be chosen are not shown. */
  readonly accepts: (target: Target) => boolean;
}

interface Row extends vscode.QuickPickItem {
  readonly target?: Target;
}

interface RowAction {
  readonly button: vscode.QuickInputButton;
  readonly isOffered: (target: Target, reach: Reach) => boolean;
  run(reach: Reach, target: Target): Promise<void>;
}

const actions: readonly RowAction[] = [
  {
    button: { iconPath: new vscode.ThemeIcon("check"), tooltip: "Accept Diff" },
    isOffered: hasDiff,
    run: acceptOldest,
  },
  {
    button: { iconPath: new vscode.ThemeIcon("close"), tooltip: "Reject Diff" },
    isOffered: hasDiff,
    run: rejectOldest,
  },
  {
    button: {
      iconPath: new vscode.ThemeIcon("terminal"),
      tooltip: "Show Terminal",
    },
    isOffered: canShowTerminal,
    run: showTerminal,
  },
  {
    button: {
      iconPath: new vscode.ThemeIcon("robot"),
      tooltip: "Open Agent Terminal",
    },
    isOffered: canOpenTerminal,
    run: openTerminal,
  },
  {
    button: { iconPath: new vscode.ThemeIcon("play"), tooltip: "Start" },
    isOffered: canStart,
    run: start,
  },
  {
    button: {
      iconPath: new vscode.ThemeIcon("debug-restart"),
      tooltip: "Restart",
    },
    isOffered: canRestart,
    run: restart,
  },
  {
    button: { iconPath: new vscode.ThemeIcon("debug-stop"), tooltip: "Kill" },
    isOffered: canKill,
    run: kill,
  },
];

/** Shows the list, kept up to date while it is open. Undefined when the user closes it without a choice. */
export async function pickTarget(
  reach: Reach,
  { title, placeholder, accepts }: PickerOptions,
): Promise<Target | undefined> {
  const pick = vscode.window.createQuickPick<Row>();
  Object.assign(pick, {
    title,
    placeholder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  let listing: Listing | undefined;
  const draw = (): void => {
    const activeKey = pick.activeItems[0]?.detail;
    pick.items = rows(reach, listing, accepts);
    const same = pick.items.filter(({ detail }) => detail === activeKey);
    if (activeKey !== undefined && same.length > 0) pick.activeItems = same;
  };
  const refresh = async (): Promise<void> => {
    pick.busy = true;
    let trouble: string | undefined;
    try {
      listing = await reach.connection.host.list();
    } catch (error) {
      trouble = messageOf(error);
    }
    draw();
    const isEmpty = pick.items.length === 0;
    pick.placeholder =
      trouble ?? (isEmpty ? "No instance is running." : placeholder);
    pick.busy = false;
  };
  const act = async (action: RowAction, target: Target): Promise<void> => {
    try {
      await action.run(reach, target);
    } catch (error) {
      // Not in the list, which a question of the action's own may have closed.
      void vscode.window.showErrorMessage(messageOf(error));
    }
    await refresh();
  };
  const changes = vscode.Disposable.from(
    ...[reach.instances, reach.diffs, reach.terminals].map(({ onDidChange }) =>
      onDidChange(() => void refresh()),
    ),
  );
  draw();
  pick.show();
  void refresh();
  try {
    return await new Promise<Target | undefined>((resolve) => {
      const listeners = [
        pick.onDidAccept(() => {
          resolve(pick.selectedItems[0]?.target);
        }),
        pick.onDidTriggerItemButton(({ item: { target }, button }) => {
          const action = actions.find((each) => each.button === button);
          if (target && action) void act(action, target);
        }),
        pick.onDidHide(() => {
          for (const listener of listeners) listener.dispose();
          resolve(undefined);
        }),
      ];
    });
  } finally {
    changes.dispose();
    pick.dispose();
  }
}

function rows(
  reach: Reach,
  listing: Listing | undefined,
  accepts: (target: Target) => boolean,
): Row[] {
  const { instances } = reach;
  const ownIds = new Set(
    instances.views.flatMap(({ state }) =>
      state.kind === "running" ? [state.instanceId] : [],
    ),
  );
  const remote = (listing?.instances ?? []).filter(
    ({ record }) => !ownIds.has(record.instanceId),
  );
  return [
    ...section(
      "This window",
      instances.views.map((view) => ({ kind: "own" as const, view })),
    ),
    ...section(
      "Other windows",
      remote.map((listed) => ({ kind: "remote" as const, listed })),
    ),
    ...section(
      "Other editors",
      (listing?.otherEditors ?? []).map((listed) => ({
        kind: "otherEditor" as const,
        listed,
      })),
    ),
    ...section(
      "Not running",
      (listing?.notRunning ?? []).map((listed) => ({
        kind: "notRunning" as const,
        listed,
      })),
    ),
  ];

  function section(label: string, targets: readonly Target[]): Row[] {
    const accepted = targets.filter(accepts);
    return accepted.length === 0
      ? []
      : [
          { label, kind: vscode.QuickPickItemKind.Separator },
          ...accepted.map((target) => ({
            ...describe(target, reach),
            alwaysShow: false,
            buttons: actions
              .filter(({ isOffered }) => isOffered(target, reach))
              .map(({ button }) => button),
            target,
          })),
        ];
  }
}

function describe(target: Target, reach: Reach): vscode.QuickPickItem {
  const row = (
    icon: string,
    name: string,
    isActive: boolean,
    words: string,
    detail: string,
  ): vscode.QuickPickItem => ({
    label: `${icon} ${withoutIcons(name)}`,
    description: `${words}${isActive ? " · active" : ""}`,
    detail: withoutIcons(detail),
  });
  switch (target.kind) {
    case "own": {
      const { state, name, worktree } = target.view;
      const waiting = diffsOf(target, reach).length;
      return row(
        stateIcon(state),
        name,
        worktree === reach.instances.active?.worktree,
        waiting === 0
          ? stateWords(state)
          : `${stateWords(state)}, ${waitingWords(waiting)}`,
        state.kind === "failed" ? `${worktree} · ${state.error}` : worktree,
      );
    }
    case "remote": {
      const { record, liveness, health } = target.listed;
      return row(
        liveness === "live" ? "$(server)" : "$(question)",
        record.name,
        health?.active ?? false,
        `port ${record.port}, ${health ? agents(health.clients) : liveness}`,
        record.worktree,
      );
    }
    case "notRunning": {
      const { repository, branch, path } = target.listed;
      return row(
        "$(circle-outline)",
        branch === null ? repository : `${repository}@${branch}`,
        false,
        "not running",
        path,
      );
    }
    case "otherEditor": {
      const { name, port, folders, isAlive } = target.listed;
      return row(
        "$(link-external)",
        name,
        false,
        `port ${port}${isAlive ? "" : ", its process is gone"}`,
        folders.join(", "),
      );
    }
  }
}
