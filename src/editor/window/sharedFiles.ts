// Of which files agents may hear: not of those that the settings call secret, and not of what the explorer hides.
// Matched by picomatch and not by vscode.languages.match: that one wants a loaded document, which a tab in the
// background has not and a symbolic link's target neither, and it tells upper from lower case.
import { existsSync } from "node:fs";
import path from "node:path";
import picomatch from "picomatch/posix";
import * as vscode from "vscode";
import { canonicalPath } from "../../core/system/paths";

/** Whether a rule of the settings covers a file; the path is relative to its folder, with slashes. */
type Rule = (relative: string, file: string) => boolean;

/** The decision by the settings as they are now; made anew when they change. */
export function readSharedFiles(
  secretFiles: readonly string[],
): (uri: vscode.Uri) => boolean {
  const secret = secretFiles.map((pattern) => covers(pattern));
  const hidden = new Map<string, readonly Rule[]>();
  const rulesOf = (folder: vscode.WorkspaceFolder | undefined) => {
    const key = folder?.uri.fsPath ?? "";
    const rules = hidden.get(key) ?? readHidden(folder);
    hidden.set(key, rules);
    return rules;
  };
  const isCovered = (file: string): boolean => {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
    const root = folder?.uri.fsPath ?? path.parse(file).root;
    const relative = path.relative(root, file).replaceAll(path.sep, "/");
    return [...secret, ...rulesOf(folder)].some((rule) => rule(relative, file));
  };
  // What a link leads to is as secret as the link.
  return ({ fsPath }) =>
    !isCovered(fsPath) && !isCovered(canonicalPath(fsPath));
}

function readHidden(folder: vscode.WorkspaceFolder | undefined): Rule[] {
  const patterns = vscode.workspace
    .getConfiguration("files", folder)
    .get<Record<string, unknown>>("exclude", {});
  return Object.entries(patterns).flatMap(([pattern, value]): Rule[] => {
    if (value === true) return [covers(pattern)];
    const when =
      typeof value === "object" && value && "when" in value && value.when;
    if (typeof when !== "string") return [];
    const isNamed = covers(pattern);
    return [
      (relative, file) =>
        isNamed(relative, file) && existsSync(sibling(file, when)),
    ];
  });
}

/** The file that has to lie beside another one for it to be hidden, by a text such as `$(basename).ts`. */
function sibling(file: string, when: string): string {
  const { dir, name } = path.parse(file);
  return path.join(dir, when.replaceAll("$(basename)", name));
}

/**
 * In VS Code's reading of globs: a pattern that names a folder covers what lies in it, and parentheses are no more than
 * that. Compiled at its first use: most windows start without a file.
 */
function covers(pattern: string): Rule {
  const plain = pattern.replace(/\/+$/, "").replaceAll(/[()]/g, "\\$&");
  if (plain === "") return () => false;
  let isMatch: ReturnType<typeof picomatch> | undefined;
  return (relative) => {
    isMatch ??= picomatch([plain, `${plain}/**`], {
      dot: true,
      nocase: true,
      noextglob: true,
      nonegate: true,
    });
    return isMatch(relative);
  };
}
