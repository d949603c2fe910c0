// Texts: making, removing and mending worktrees.

export function branchNameInvalid(name: string): string {
  return `git does not take ${JSON.stringify(name)} as the name of a branch. Leave out spaces, "..", "~", "^", ":", "?", "*", "[" and "\\", and a "-" at the start.`;
}

export function branchExists(name: string): string {
  return `There is a branch ${name} already. Choose it as an existing branch, or give another name.`;
}

/** git keeps branches like files: one cannot be a folder of others. */
export function branchNameBlocked(name: string, other: string): string {
  return `There cannot be a branch ${name} beside ${other}. Give another name.`;
}

/** Why a file was not copied. */
export const notCopied = {
  exists: "there is one already",
  link: "it is a link that leads out of the worktree",
  special: "it is neither a file nor a link",
  blocked: "a link or a file stands where its folder belongs",
};
