// Decides which files agents hear of: none that the settings mark as secret, and none that the explorer hides. Whatever
// is told of a file is asked here first.
// Uses picomatch because vscode.languages.match is case-sensitive and needs a loaded document, which background tabs
// and symlink targets do not have.
import { existsSync } from "node:fs";
import path from "node:path";
import picomatch from "picomatch/posix";
import * as vscode from "vscode";
import { canonicalPath } from "../../core/system/paths";
import type { CurrentSettings } from "../settings/settings";

/** Whether a rule of the settings covers a file; `relative` is its path within its folder, with forward slashes. */
type Rule = (relative: string, file: string) => boolean;

export class SharedFiles {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #listener: vscode.Disposable;
  #filter: ((uri: vscode.Uri) => boolean) | undefined;

  /** Fires when the settings may cover other files than before. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly settings: CurrentSettings) {
    this.#listener = vscode.workspace.onDidChangeConfiguration((change) => {
      if (
        !change.affectsConfiguration("berth.secretFiles") &&
        !change.affectsConfiguration("files.exclude")
      )
        return;
      this.#filter = undefined;
      this.#changed.fire();
    });
  }

  /** Whether agents may hear of a file on disk. */
  has(uri: vscode.Uri): boolean {
    this.#filter ??= createFilter(this.settings.value.secretFiles);
    return this.#filter(uri);
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }
}

/** Uses the current settings. */
function createFilter(
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
  return ({ fsPath }) => {
    if (isExcluded(fsPath)) return false;
    const target = canonicalPath(fsPath);
    return target === fsPath || !isExcluded(target);
  };
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
