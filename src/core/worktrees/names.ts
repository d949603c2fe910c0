// What an instance is called, everywhere: status bar, picker, record, and the agents' own lists.
import path from "node:path";
import type { Worktree } from "./worktree";

export interface Naming {
  readonly naming: "worktree" | "branch" | "custom";
  /** For "custom": text with ${repository}, ${branch}, ${worktree} and ${folder}. */
  readonly nameTemplate: string;
}

/** The name by itself: `app@feature-x`, the folder's name, or the filled template (the folder's name if that is empty). */
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
        return worktree.git
          ? `${worktree.git.repository}@${worktree.git.branch}`
          : directory;
      case "custom":
        return nameTemplate.replaceAll(
          /\$\{(\w+)\}/g,
          (whole, key: string) => values[key] ?? whole,
        );
    }
  };
  return printable(name()) || printable(directory);
}

export interface Named {
  readonly name: string;
  readonly worktree: string;
  readonly port: number;
}

/**
 * The name as shown beside `older`, the live instances that were there first: where one of them has the same name, the
 * shortest tail of the path that tells them apart is added, and for one and the same worktree the port.
 */
export function distinctName(own: Named, older: readonly Named[]): string {
  const taken = new Set(older.map(({ name }) => name));
  if (!taken.has(own.name)) return own.name;
  const same = older.filter(
    ({ name }) => name === own.name || name.startsWith(`${own.name} (`),
  );
  const withPort = `${own.name} (:${own.port})`;
  if (same.some(({ worktree }) => worktree === own.worktree)) return withPort;
  const parts = own.worktree.split(path.sep);
  const tails = parts.map((_, index) => parts.slice(index).join("/")).reverse();
  const names = tails
    .filter((tail) =>
      same.every(
        ({ worktree }) =>
          !worktree.split(path.sep).join("/").endsWith(`/${tail}`),
      ),
    )
    .map((tail) => `${own.name} (${printable(tail)})`);
  // Paths that differ only in what cannot be printed look the same.
  return names.find((name) => !taken.has(name)) ?? withPort;
}

/** Text for one line of UI: control characters and line breaks, which a path may hold, become spaces. */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .trim();
}
