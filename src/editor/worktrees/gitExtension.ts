// VS Code's own git extension makes worktrees too, and then does what the user has told it to (git.worktreeIncludeFiles, tasks).
import * as vscode from "vscode";
import { isObject } from "../../core/isObject";
import { canonicalPath } from "../../core/system/paths";
import type { NewBranch } from "../../core/worktrees/addWorktree";

/** As far as it is used here, of its API of version 1 (extensions/git/src/api/git.d.ts). Older ones have no createWorktree. */
interface GitRepository {
  readonly rootUri: vscode.Uri;
  createWorktree?: (options: CreateOptions) => Promise<string>;
}

interface CreateOptions {
  readonly path: string;
  readonly commitish: string;
  readonly branch?: string;
  readonly noTrack?: boolean;
}

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): {
    getRepository(uri: vscode.Uri): GitRepository | null;
  };
}

/** Makes it, and resolves with its path; rejects with what git has said. */
export type Creator = () => Promise<string>;

/** undefined: it cannot, or would do something else. `branch` is the local one. */
export function creatorOf(
  directory: string,
  path: string,
  from: NewBranch,
  branch: string,
): Creator | undefined {
  const repository = repositoryAt(directory);
  const options = optionsOf(path, from, branch);
  const create = repository?.createWorktree;
  if (typeof create !== "function" || !options) return undefined;
  return () => create.call(repository, options);
}

/** What git has written; "" for any other error. */
export function stderrOf(error: unknown): string {
  return isObject(error) && typeof error["stderr"] === "string"
    ? error["stderr"]
    : "";
}

function optionsOf(
  path: string,
  from: NewBranch,
  branch: string,
): CreateOptions | undefined {
  switch (from.kind) {
    case "existing":
      return { path, commitish: branch };
    case "new":
      return { path, commitish: from.base, branch, noTrack: true };
    case "remote":
      return { path, commitish: `refs/remotes/${from.branch}`, branch };
    // It does not fetch one.
    case "pullRequest":
      return undefined;
  }
}

function repositoryAt(directory: string): GitRepository | undefined {
  const extension = vscode.extensions.getExtension<GitExtension>("vscode.git");
  if (!extension?.isActive || !extension.exports.enabled) return undefined;
  const repository = extension.exports
    .getAPI(1)
    .getRepository(vscode.Uri.file(directory));
  // It also answers with one that lies around the directory.
  return repository && canonicalPath(repository.rootUri.fsPath) === directory
    ? repository
    : undefined;
}
