// Which repository of this window is meant, and which row a worktree has.
import * as vscode from "vscode";
import { noRepository } from "../../core/worktreeCommandErrors";
import { escapeIcons } from "../escape";
import type { Target, TargetContext } from "../instances/target";

export interface Repository {
  readonly name: string;
  /** One of its worktrees: git runs there. */
  readonly directory: string;
}

/** That of the active worktree first; asks where there are several. Throws a UserError where there is none. */
export async function chooseRepository(
  { instances, machine }: TargetContext,
  title: string,
): Promise<Repository | undefined> {
  const { active, views } = instances;
  const found = new Map<string, Repository>();
  for (const view of active ? [active, ...views] : views)
    if (view.gitCommonDir !== null && !found.has(view.gitCommonDir))
      found.set(view.gitCommonDir, {
        name: view.repository ?? view.name,
        directory: view.worktree,
      });
  // A folder that holds a bare repository is no worktree of it.
  for (const { gitCommonDir, repository, path } of machine.view.notRunning)
    if (!found.has(gitCommonDir))
      found.set(gitCommonDir, { name: repository, directory: path });
  const repositories = [...found.values()];
  if (repositories.length === 0) throw noRepository();
  if (repositories.length === 1) return repositories[0];
  const picked = await vscode.window.showQuickPick(
    repositories.map((repository) => ({
      label: `$(repo) ${escapeIcons(repository.name)}`,
      description: escapeIcons(repository.directory),
      repository,
    })),
    { title, placeHolder: "Choose the repository" },
  );
  return picked?.repository;
}

/** undefined: no row shows it. */
export function targetOf(
  { instances, machine }: TargetContext,
  worktree: string,
): Target | undefined {
  const view = instances.views.find((each) => each.worktree === worktree);
  if (view) return { kind: "own", view };
  const listed = machine.of(worktree);
  if (listed) return { kind: "remote", listed };
  const sibling = machine.view.notRunning.find(({ path }) => path === worktree);
  return sibling && { kind: "notRunning", listed: sibling };
}
