// What would go with a worktree, and the questions about it. Nothing is changed here.
import path from "node:path";
import * as vscode from "vscode";
import {
  isLocked,
  mayLose,
  mayRemove,
} from "../../core/messages/worktreeCommands";
import { canonicalPath, contains } from "../../core/system/paths";
import { hasLosses, lossesOf } from "../../core/worktrees/worktreeLosses";
import type { TargetContext } from "../instances/target";
import { describeRemoval, type Removal } from "./describeRemoval";
import type { WorktreeRow } from "./worktreeRow";

/** Rejects with a UserError where git does not answer. */
export async function readRemoval(
  { backends }: TargetContext,
  { path: worktree, instance }: WorktreeRow,
): Promise<Removal> {
  const own = backends
    .of(worktree)
    .filter(({ state }) =>
      ["starting", "ready", "backoff"].includes(state.kind),
    );
  return {
    path: worktree,
    losses: await lossesOf(worktree),
    unsaved: unsavedIn(worktree),
    diffs: (instance?.diffs ?? []).map((diff) => path.basename(diff.path)),
    agents: (instance?.clients ?? []).map(({ label }) => label),
    backends: [
      ...new Set(
        [...own, ...(instance?.backends ?? [])].map(({ name }) => name),
      ),
    ],
  };
}

/** Once, or twice if anything would be lost. `false`: the user keeps it. */
export async function mayBeRemoved(
  name: string,
  removal: Removal,
): Promise<boolean> {
  const detail = describeRemoval(removal);
  if (!losesAnything(removal)) return ask(mayRemove(name), detail, "Remove");
  return (
    (await ask(mayRemove(name), detail, "Continue...")) &&
    (await ask(mayLose(name), detail, "Remove and Lose These"))
  );
}

/** Whether it may be unlocked first. */
export function mayBeUnlocked(name: string, reason: string): Promise<boolean> {
  return ask(isLocked(name, reason), "", "Unlock and Continue...");
}

export async function ask(
  question: string,
  detail: string,
  yes: string,
): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(
    question,
    { modal: true, detail },
    yes,
  );
  return answer === yes;
}

function losesAnything({ losses, unsaved, diffs, agents }: Removal): boolean {
  return (
    hasLosses(losses) ||
    [unsaved, diffs, agents].some(({ length }) => length > 0)
  );
}

function unsavedIn(worktree: string): string[] {
  const { textDocuments, notebookDocuments } = vscode.workspace;
  return [...textDocuments, ...notebookDocuments]
    .filter(
      ({ isDirty, uri }) =>
        isDirty &&
        uri.scheme === "file" &&
        contains(worktree, canonicalPath(uri.fsPath)),
    )
    .map(({ uri }) => path.basename(uri.fsPath));
}
