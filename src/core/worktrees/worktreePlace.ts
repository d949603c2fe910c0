// Where a new worktree belongs.
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { exists } from "../system/exists";
import { canonicalPath } from "../system/paths";
import { truncate } from "../truncate";
import { noSuchVariable, pathIsGits, pathIsInUse } from "../worktreeErrors";
import { allWorktrees } from "./allWorktrees";
import type { GitOptions } from "./git";
import { gitLine } from "./gitOrThrow";
import { repositoryName } from "./worktree";

/** A folder's name on any file system; what tells two apart may be added. */
const MAX_NAME_BYTES = 200;

/**
 * The place for a worktree of this branch: absolute, and nothing is there. The template may hold ${repository},
 * ${repositoryParent}, ${branch} (one folder, with "-" for "/") and ${home}; if it is relative, it is taken from the
 * repository's main worktree. Throws a UserError if it holds another variable, or leads into a folder .git.
 */
export async function suggestPath(
  directory: string,
  branch: string,
  placeTemplate: string,
  options?: GitOptions,
): Promise<string> {
  const entries = await allWorktrees(directory, options);
  const main = entries[0]?.path ?? directory;
  const commonDir = canonicalPath(
    path.resolve(
      canonicalPath(directory),
      await gitLine(directory, ["rev-parse", "--git-common-dir"], options),
    ),
  );
  // A bare repository that is called ".bare", in a folder of its own.
  const isHidden = main === commonDir && path.basename(main).startsWith(".");
  const values: Readonly<Record<string, string>> = {
    repository: repositoryName(commonDir, main),
    repositoryParent: path.dirname(isHidden ? path.dirname(main) : main),
    branch: folderName(branch),
    home: (options?.environment ?? process.env)["HOME"] ?? homedir(),
  };
  const filled = placeTemplate.replaceAll(/\$\{(\w*)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw noSuchVariable(name);
    return value;
  });
  const wanted = path.resolve(main, filled);
  checkIsNotGits(wanted);
  const taken = new Set(entries.map((entry) => canonicalPath(entry.path)));
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? wanted : `${wanted}-${count}`;
    const isTaken = taken.has(canonicalPath(candidate));
    if (!isTaken && !(await exists(candidate))) return candidate;
  }
}

/** Throws a UserError if no worktree can be made there: only an empty folder may be there already. */
export async function checkPlace(place: string): Promise<void> {
  checkIsNotGits(place);
  if (!(await exists(place))) return;
  const content = await readdir(place).catch(() => undefined);
  if (content?.length !== 0) throw pathIsInUse(place);
}

function checkIsNotGits(place: string): void {
  const parts = [place, canonicalPath(place)].flatMap((each) =>
    each.toLowerCase().split(path.sep),
  );
  if (parts.includes(".git")) throw pathIsGits(place);
}

function folderName(branch: string): string {
  const name = branch.replaceAll(/[/\\<>:"|?*\p{Cc}]/gu, "-");
  return truncate(name, MAX_NAME_BYTES);
}
