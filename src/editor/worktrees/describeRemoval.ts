// What would go with a worktree, as its user reads it.
import type { WorktreeLosses } from "../../core/worktrees/worktreeLosses";

/** Its path, and what would go with it. */
export interface Removal {
  readonly path: string;
  readonly losses: WorktreeLosses;
  /** Names of files with unsaved text in this window. */
  readonly unsaved: readonly string[];
  readonly diffs: readonly string[];
  /** Names of agents that are connected. */
  readonly agents: readonly string[];
  /** Names of those that run. */
  readonly backends: readonly string[];
}

/** Names that are shown of many. */
const FIRST = 5;

/** Lines. */
export function describeRemoval({ path, losses, ...running }: Removal): string {
  const { uncommitted, untracked, ignored, ignoredIsCut } = losses;
  const { unpushed, stashes, operation, submodules, nested } = losses;
  const commits = unpushed.map(
    ({ commit, subject }) => `${commit.slice(0, 7)} ${subject}`,
  );
  return [
    path,
    lineOf("changed file", uncommitted),
    lineOf("untracked file", untracked),
    lineOf("ignored file", ignored, ignoredIsCut),
    lineOf("submodule with something of its own", submodules),
    lineOf("repository or worktree inside", nested),
    lineOf("unsaved editor", running.unsaved),
    operation === null ? "" : `An unfinished ${operation}`,
    lineOf("commit that was not pushed", commits),
    lineOf("stash that stays with the repository", stashes),
    lineOf("waiting diff", running.diffs),
    lineOf("agent that is connected", running.agents),
    lineOf("backend that runs", running.backends),
  ]
    .filter(Boolean)
    .join("\n");
}

function lineOf(
  what: string,
  names: readonly string[],
  areMore = false,
): string {
  if (names.length === 0) return "";
  const rest = names.length > FIRST || areMore ? ", ..." : "";
  const count = `${names.length}${areMore ? " or more" : ""}`;
  return `${count} × ${what}: ${names.slice(0, FIRST).join(", ")}${rest}`;
}
