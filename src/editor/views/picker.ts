// The list of everything on this machine, and of what runs on the machines of berth.hosts.
import * as vscode from "vscode";
import { messageOf } from "../../core/errors";
import { markActive } from "../../core/messages/instances";
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
  targetActions
    .filter(({ isOnlyInTree }) => !isOnlyInTree)
    .map((action) => [
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
  let elsewhere: readonly MachineAnswer[] = [];
  const draw = (): void => {
    const active = pick.activeItems[0]?.target;
    pick.items = rows(context, elsewhere, accepts);
    const sameRow = pick.items.find(
      ({ target }) =>
        target && active && targetKey(target) === targetKey(active),
    );
    if (sameRow) pick.activeItems = [sameRow];
  };
  const say = (why?: string): void => {
    const isEmpty = pick.items.length === 0;
    pick.placeholder =
      why ?? (isEmpty ? "No instance is running." : placeholder);
  };
  /** What no event tells of. */
  const look = async (): Promise<void> => {
    pick.busy = true;
    try {
      context.machine.replace(await context.connection.host.list());
      say();
    } catch (error) {
      say(messageOf(error));
    }
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
    await look();
  };
  const changes = vscode.Disposable.from(
    ...[
      context.instances,
      context.machine,
      context.backends,
      context.diffs,
      context.terminals,
    ].map(({ onDidChange }) =>
      onDidChange(() => {
        draw();
      }),
    ),
  );
  draw();
  pick.show();
  void look();
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
  elsewhere: readonly MachineAnswer[],
  accepts: (target: Target) => boolean,
): Row[] {
  return targetSections(context, elsewhere).flatMap(({ label, targets }) => {
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
  // Below its worktree.
  const indent = target.kind === "backend" ? "\u2003" : "";
  return {
    label: `${indent}$(${icon}) ${escapeIcons(name)}`,
    description: isActive ? markActive(status) : status,
    ...(detail !== "" && { detail: indent + escapeIcons(detail) }),
    buttons: [...buttons]
      .filter(([, { isAvailable }]) => isAvailable(target, context))
      .map(([button]) => button),
    target,
  };
}
