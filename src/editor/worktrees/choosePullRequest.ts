// Pull requests are listed only when one is wanted: every remote has to be asked.
import * as vscode from "vscode";
import {
  noPullRequests,
  remotesAreSilent,
} from "../../core/messages/worktreeCommands";
import {
  listPullRequests,
  type PullRequest,
} from "../../core/worktrees/pullRequests";
import { escapeIcons, escapeMessage } from "../escape";
import { withCancel } from "./cancellable";

/** undefined: the user has left it, or there is none. Rejects with a UserError. */
export async function choosePullRequest(
  directory: string,
  title: string,
): Promise<PullRequest | undefined> {
  const listed = await withCancel("Asking for pull requests", async (signal) =>
    // What is cancelled is no failure.
    listPullRequests(directory, { signal }).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    }),
  );
  if (!listed) return undefined;
  const { pullRequests, silentRemotes } = listed;
  if (silentRemotes.length > 0)
    void vscode.window.showWarningMessage(
      escapeMessage(remotesAreSilent(silentRemotes)),
    );
  if (pullRequests.length === 0) {
    if (silentRemotes.length === 0)
      await vscode.window.showInformationMessage(noPullRequests);
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    pullRequests.map((pullRequest) => ({
      label: `$(git-pull-request) #${pullRequest.number}`,
      description: escapeIcons(pullRequest.remote),
      pullRequest,
    })),
    {
      title,
      placeHolder: "Choose the pull request, open or closed",
      ignoreFocusOut: true,
    },
  );
  return picked?.pullRequest;
}
