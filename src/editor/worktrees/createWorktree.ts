// Makes the worktree: through VS Code's git extension where that can do it right, else by git itself.
import { messageOf, UserError } from "../../core/errors";
import { makingWorktree } from "../../core/messages/worktreeCommands";
import { canonicalPath } from "../../core/system/paths";
import { branchMadeAlone } from "../../core/worktreeCommandErrors";
import { gitRefused, madeWithFailure } from "../../core/worktreeErrors";
import { addWorktree } from "../../core/worktrees/addWorktree";
import { allWorktrees } from "../../core/worktrees/allWorktrees";
import { checkBranchName } from "../../core/worktrees/branches";
import { gitSentence } from "../../core/worktrees/gitSentence";
import { checkPlace } from "../../core/worktrees/worktreePlace";
import { withCancel } from "./cancellable";
import type { ChosenBranch } from "./chooseBranch";
import { creatorOf, type Creator, stderrOf } from "./gitExtension";

/**
 * Its real path; undefined if the user has stopped it before it was there. Throws a UserError that says what was made
 * all the same.
 */
export async function createWorktree(
  directory: string,
  path: string,
  chosen: ChosenBranch,
): Promise<string | undefined> {
  const { from, branch } = chosen;
  const create = creatorOf(directory, path, from, branch);
  return withCancel(makingWorktree(path), async (signal) => {
    if (create)
      return canonicalPath(await byExtension(create, directory, path, chosen));
    try {
      await addWorktree(directory, { path, from }, { signal });
    } catch (error) {
      if (signal.aborted && !(await isMade(directory, path))) return undefined;
      throw error;
    }
    return canonicalPath(path);
  });
}

async function byExtension(
  create: Creator,
  directory: string,
  path: string,
  { from, branch }: ChosenBranch,
): Promise<string> {
  await checkPlace(path);
  try {
    return await create();
  } catch (error) {
    const stderr = stderrOf(error);
    const failure =
      stderr === ""
        ? new UserError(messageOf(error), { cause: error })
        : gitRefused(directory, gitSentence(stderr));
    if (await isMade(directory, path)) throw madeWithFailure(path, failure);
    // git makes the branch first.
    if (
      from.kind !== "existing" &&
      (await checkBranchName(directory, branch)) !== null
    )
      throw branchMadeAlone(branch, failure.message);
    throw failure;
  }
}

async function isMade(directory: string, path: string): Promise<boolean> {
  const wanted = canonicalPath(path);
  const entries = await allWorktrees(directory);
  return entries.some((entry) => entry.exists && entry.path === wanted);
}
