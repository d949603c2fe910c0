// Names instances, for the status bar, picker, record and the agents' own lists.
import path from "node:path";
import type { Worktree } from "./worktree";

export interface Naming {
  readonly naming: "worktree" | "branch" | "custom";
  /** For "custom": text with ${repository}, ${branch}, ${worktree} and ${folder}. */
  readonly nameTemplate: string;
}

/** `app@feature-x`, the folder's name, or the filled template (the folder's name if that is empty). */
export function instanceName(
  worktree: Worktree,
  folder: string,
  { naming, nameTemplate }: Naming,
): string {
  const directory = path.basename(worktree.path) || worktree.path;
  const values: Record<string, string> = {
    repository: worktree.git?.repository ?? directory,
    branch: worktree.git?.branch ?? "",
    worktree: directory,
    folder: path.basename(folder) || folder,
  };
  const name = (): string => {
    switch (naming) {
      case "worktree":
        return directory;
      case "branch":
        return worktree.git ? siblingName(worktree.git) : directory;
      case "custom":
        return nameTemplate.replaceAll(
          /\$\{(\w+)\}/g,
          (placeholder, key: string) => values[key] ?? placeholder,
        );
    }
  };
  return toPrintable(name()) || toPrintable(directory);
}

/** Of a worktree that has no instance. */
export function siblingName({
  repository,
  branch,
}: {
  readonly repository: string;
  readonly branch: string | null;
}): string {
  return branch === null ? repository : `${repository}@${branch}`;
}

export interface Named {
  readonly name: string;
  readonly worktree: string;
  readonly port: number;
}

/**
 * The name made distinct from `older`, the live instances created before it. On a clash it gets the shortest path tail
 * that tells them apart, or the port if the worktree is the same.
 */
export function distinctName(own: Named, older: readonly Named[]): string {
  const taken = new Set(older.map(({ name }) => name));
  if (!taken.has(own.name)) return own.name;
  const clashing = older.filter(
    ({ name }) => name === own.name || name.startsWith(`${own.name} (`),
  );
  const withPort = `${own.name} (:${own.port})`;
  if (clashing.some(({ worktree }) => worktree === own.worktree))
    return withPort;
  const parts = own.worktree.split(path.sep);
  const tails = parts.map((_, index) => parts.slice(index).join("/")).reverse();
  const names = tails
    .filter((tail) =>
      clashing.every(
        ({ worktree }) =>
          !worktree.split(path.sep).join("/").endsWith(`/${tail}`),
      ),
    )
    .map((tail) => `${own.name} (${toPrintable(tail)})`);
  // Paths that differ only in unprintable characters look the same.
  return names.find((name) => !taken.has(name)) ?? withPort;
}

/** One line of UI text: control characters and line breaks, which a path may contain, become spaces. */
export function toPrintable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .trim();
}
