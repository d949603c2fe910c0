// The list of everything on this machine, and of what runs on the machines of berth.hosts.
import * as vscode from "vscode";
import { messageOf } from "../../core/errors";
import { markActive } from "../../core/messages";
import type { Listing } from "../../core/control/machineInstances";
import { describeTarget } from "../instances/describeTarget";
import type { MachineAnswer } from "../instances/otherMachines";
import type { Target, TargetContext } from "../instances/target";
import { type TargetAction, targetActions } from "../instances/targetActions";
import { targetKey } from "../instances/targetKey";
import { targetSections } from "../instances/targetSections";
import { escapeIcons, escapeMessage } from "../escape";

export interface PickerOptions {
  readonly title: string;
  readonly placeholder: string;
  /** Rows that are not accepted are hidden. */
  readonly accepts: (target: Target) => boolean;
}

interface Row extends vscode.QuickPickItem {
  readonly target?: Target;
}

/** The same objects at every draw: VS Code hands the clicked one back. */
const buttons = new Map<vscode.QuickInputButton, TargetAction>(
  targetActions.map((action) => [
    {
      iconPath: new vscode.ThemeIcon(action.icon),
      tooltip: action.title,
    },
    action,
  ]),
);

/** Shows the list and keeps it up to date while open. Undefined if dismissed without a choice. */
export async function pickTarget(
  context: TargetContext,
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
  let elsewhere: readonly MachineAnswer[] = [];
  const draw = (): void => {
    const active = pick.activeItems[0]?.target;
    pick.items = rows(context, listing, elsewhere, accepts);
    const sameRow = pick.items.find(
      ({ target }) =>
        target && active && targetKey(target) === targetKey(active),
    );
    if (sameRow) pick.activeItems = [sameRow];
  };
  const refresh = async (): Promise<void> => {
    pick.busy = true;
    let errorMessage: string | undefined;
    try {
      listing = await context.connection.host.list();
    } catch (error) {
      errorMessage = messageOf(error);
    }
    draw();
    const isEmpty = pick.items.length === 0;
    pick.placeholder =
      errorMessage ?? (isEmpty ? "No instance is running." : placeholder);
    pick.busy = false;
  };
  const runAction = async (
    action: TargetAction,
    target: Target,
  ): Promise<void> => {
    try {
      await action.run(context, target);
    } catch (error) {
      // Not shown in the list, which a prompt of the action may have closed.
      void vscode.window.showErrorMessage(escapeMessage(messageOf(error)));
    }
    await refresh();
  };
  const changes = vscode.Disposable.from(
    ...[
      context.instances,
      context.backends,
      context.diffs,
      context.terminals,
    ].map(({ onDidChange }) => onDidChange(() => void refresh())),
  );
  draw();
  pick.show();
  void refresh();
  // Once: a machine may take seconds to answer.
  void context.machines.ask().then((answers) => {
    elsewhere = answers;
    if (answers.length > 0) draw();
  });
  try {
    return await new Promise<Target | undefined>((resolve) => {
      const listeners = [
        pick.onDidAccept(() => {
          resolve(pick.selectedItems[0]?.target);
        }),
        pick.onDidTriggerItemButton(({ item: { target }, button }) => {
          const action = buttons.get(button);
          if (target && action) void runAction(action, target);
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
  context: TargetContext,
  listing: Listing | undefined,
  elsewhere: readonly MachineAnswer[],
  accepts: (target: Target) => boolean,
): Row[] {
  return targetSections(
    context.instances,
    context.backends,
    listing,
    elsewhere,
  ).flatMap(({ label, targets }) => {
    const accepted = targets.filter(accepts);
    return accepted.length === 0
      ? []
      : [
          { label, kind: vscode.QuickPickItemKind.Separator },
          ...accepted.map((target) => row(target, context)),
        ];
  });
}

function row(target: Target, context: TargetContext): Row {
  const { icon, name, status, isActive, detail } = describeTarget(
    target,
    context,
  );
  return {
    label: `${icon} ${escapeIcons(name)}`,
    description: isActive ? markActive(status) : status,
    ...(detail !== "" && { detail: escapeIcons(detail) }),
    buttons: [...buttons]
      .filter(([, { isAvailable }]) => isAvailable(target, context))
      .map(([button]) => button),
    target,
  };
}
