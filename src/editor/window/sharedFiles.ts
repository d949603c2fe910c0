// Decides which files agents may see: none that the settings mark as secret, and none that the explorer hides.
// Uses picomatch because vscode.languages.match is case-sensitive and needs a loaded document, which background tabs
// and symlink targets do not have.
import { existsSync } from "node:fs";
import path from "node:path";
import picomatch from "picomatch/posix";
import * as vscode from "vscode";
import { canonicalPath } from "../../core/system/paths";

/** Whether a rule of the settings covers a file; `relative` is its path within its folder, with forward slashes. */
type Rule = (relative: string, file: string) => boolean;

/** Uses the current settings; create a new filter when they change. */
export function createShareFilter(
  secretFiles: readonly string[],
): (uri: vscode.Uri) => boolean {
  const secretRules = secretFiles.map((pattern) => compileGlob(pattern));
  const excludeRules = new Map<string, readonly Rule[]>();
  const rulesOf = (folder: vscode.WorkspaceFolder | undefined) => {
    const key = folder?.uri.fsPath ?? "";
    const rules = excludeRules.get(key) ?? readExcludeRules(folder);
    excludeRules.set(key, rules);
    return rules;
  };
  const isExcluded = (file: string): boolean => {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
    const root = folder?.uri.fsPath ?? path.parse(file).root;
    const relative = path.relative(root, file).replaceAll(path.sep, "/");
    return [...secretRules, ...rulesOf(folder)].some((rule) =>
      rule(relative, file),
    );
  };
  // A symlink is excluded by its own path or by its target's.
  return ({ fsPath }) =>
    !isExcluded(fsPath) && !isExcluded(canonicalPath(fsPath));
}

function readExcludeRules(folder: vscode.WorkspaceFolder | undefined): Rule[] {
  const patterns = vscode.workspace
    .getConfiguration("files", folder)
    .get<Record<string, unknown>>("exclude", {});
  return Object.entries(patterns).flatMap(([pattern, value]): Rule[] => {
    if (value === true) return [compileGlob(pattern)];
    const when =
      typeof value === "object" && value && "when" in value && value.when;
    if (typeof when !== "string") return [];
    const matches = compileGlob(pattern);
    return [
      (relative, file) =>
        matches(relative, file) && existsSync(sibling(file, when)),
    ];
  });
}

/** The file whose presence hides its sibling, from a `when` clause such as `$(basename).ts`. */
function sibling(file: string, when: string): string {
  const { dir, name } = path.parse(file);
  return path.join(dir, when.replaceAll("$(basename)", name));
}

/**
 * VS Code's glob semantics: a pattern that names a folder covers its contents, and parentheses are literal. Compiled on
 * first use, because most windows start without a file.
 */
function compileGlob(pattern: string): Rule {
  const glob = pattern.replace(/\/+$/, "").replaceAll(/[()]/g, "\\$&");
  if (glob === "") return () => false;
  let isMatch: ReturnType<typeof picomatch> | undefined;
  return (relative) => {
    isMatch ??= picomatch([glob, `${glob}/**`], {
      dot: true,
      nocase: true,
      noextglob: true,
      nonegate: true,
    });
    return isMatch(relative);
  };
}
