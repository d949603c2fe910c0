// What a new worktree is made from, as the user chooses it. Nothing is changed here.
import * as vscode from "vscode";
import { messageOf } from "../../core/errors";
import { branchIsCheckedOut } from "../../core/messages/worktreeCommands";
import { type NewBranch, localName } from "../../core/worktrees/addWorktree";
import {
  type Branch,
  type BranchList,
  checkBranchName,
  listBranches,
} from "../../core/worktrees/branches";
import { escapeIcons, escapeMessage } from "../escape";
import { switchTo, type TargetContext } from "../instances/target";
import { choosePullRequest } from "./choosePullRequest";
import { type Repository, targetOf } from "./repository";

export interface ChosenBranch {
  readonly from: NewBranch;
  /** The local branch that the worktree is going to have. */
  readonly branch: string;
}

interface Row extends vscode.QuickPickItem {
  readonly choose?: () => Promise<ChosenBranch | undefined>;
}

/** undefined: the user has left it. Rejects with a UserError. */
export async function chooseBranch(
  context: TargetContext,
  { directory }: Repository,
  title: string,
): Promise<ChosenBranch | undefined> {
  const branches = await listBranches(directory);
  const { local, remote, remotes } = branches;
  const names = new Set(local.map(({ name }) => name));
  const localRows = local.map((branch): Row => ({
    ...rowOf(branch),
    choose: async () => {
      const { name, checkedOutIn } = branch;
      if (checkedOutIn === null)
        return { from: { kind: "existing", branch: name }, branch: name };
      await offerSwitch(context, name, checkedOutIn);
      return undefined;
    },
  }));
  const remoteRows = remote.flatMap((branch): Row[] => {
    const name = localName(branch.name, remotes);
    const from = { kind: "remote", branch: branch.name } as const;
    return names.has(name)
      ? []
      : [
          {
            ...rowOf(branch, "cloud"),
            choose: () => Promise.resolve({ from, branch: name }),
          },
        ];
  });
  const rows: Row[] = [
    {
      label: "$(add) New Branch...",
      choose: () => chooseNew(directory, branches, title),
    },
    ...(remotes.length === 0
      ? []
      : [
          {
            label: "$(git-pull-request) Pull Request...",
            choose: async () => {
              const pullRequest = await choosePullRequest(directory, title);
              if (!pullRequest) return undefined;
              const branch = await askForName(
                directory,
                title,
                `pr-${pullRequest.number}`,
              );
              return branch === undefined
                ? undefined
                : {
                    from: { kind: "pullRequest", pullRequest, branch } as const,
                    branch,
                  };
            },
          },
        ]),
    ...section("Branches", localRows),
    ...section("Remote branches", remoteRows),
  ];
  const picked = await vscode.window.showQuickPick(rows, {
    title,
    placeHolder: "Choose the branch of the new worktree",
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  return picked?.choose?.();
}

function section(label: string, rows: readonly Row[]): Row[] {
  return rows.length === 0
    ? []
    : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...rows];
}

function rowOf(
  { name, checkedOutIn, subject }: Branch,
  icon = "git-branch",
): Row {
  return {
    label: `$(${icon}) ${escapeIcons(name)}`,
    description: escapeIcons(
      checkedOutIn === null ? subject : `checked out in ${checkedOutIn}`,
    ),
  };
}

async function chooseNew(
  directory: string,
  { local, remote, defaultBase }: BranchList,
  title: string,
): Promise<ChosenBranch | undefined> {
  const branch = await askForName(directory, title);
  if (branch === undefined) return undefined;
  const all = [...local, ...remote].sort(
    (a, b) => Number(b.name === defaultBase) - Number(a.name === defaultBase),
  );
  const picked = await vscode.window.showQuickPick(
    all.map((each) => ({
      label: `$(git-branch) ${escapeIcons(each.name)}`,
      description: escapeIcons(each.subject),
      base: each.name,
    })),
    {
      title,
      placeHolder: `Choose what ${branch} starts from`,
      ignoreFocusOut: true,
    },
  );
  return picked && { from: { kind: "new", branch, base: picked.base }, branch };
}

/** Checked while it is typed. */
async function askForName(
  directory: string,
  title: string,
  value = "",
): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title,
    value,
    prompt: "Name of the new branch",
    ignoreFocusOut: true,
    validateInput: async (name) => {
      if (name === "") return "A name is needed.";
      try {
        return await checkBranchName(directory, name);
      } catch (error) {
        return messageOf(error);
      }
    },
  });
}

async function offerSwitch(
  context: TargetContext,
  branch: string,
  worktree: string,
): Promise<void> {
  const target = targetOf(context, worktree);
  const toIt = "Switch to It";
  const answer = await vscode.window.showInformationMessage(
    escapeMessage(branchIsCheckedOut(branch, worktree)),
    ...(target ? [toIt] : []),
  );
  if (answer === toIt && target) await switchTo(context, target);
}
