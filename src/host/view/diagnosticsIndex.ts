// The problems of every file, looked up by path or by worktree.
import { canonicalPath } from "../../core/system/paths";
import type { FileDiagnostics } from "../editorStateContract";
import type { DiagnosticsView } from "./editorView";

type ByUri = Map<string, FileDiagnostics>;

export class DiagnosticsIndex {
  /** A file may have several URIs: one for each link that leads to it. */
  readonly #byPath = new Map<string, ByUri>();
  readonly #pathOf = new Map<string, string>();
  /** The paths of each worktree; undefined until somebody asks after a change. */
  #byOwner: ReadonlyMap<string, readonly string[]> | undefined;

  /** `ownerOf` returns the deepest worktree that contains a real path. */
  constructor(private readonly ownerOf: (path: string) => string | undefined) {}

  push(changed: readonly FileDiagnostics[]): void {
    for (const file of changed)
      if (file.diagnostics.length === 0) this.#delete(file.uri);
      else this.#set(file);
  }

  /** Files may belong to other worktrees from now on. */
  reassign(): void {
    this.#byOwner = undefined;
  }

  viewOf(worktree: string): DiagnosticsView {
    const ofFile = (path: string) => [
      ...(this.#byPath.get(path)?.values() ?? []),
    ];
    return {
      ofFile,
      all: () => {
        this.#byOwner ??= this.#group();
        return (this.#byOwner.get(worktree) ?? []).flatMap(ofFile);
      },
    };
  }

  #set(file: FileDiagnostics): void {
    const path = canonicalPath(file.path);
    if (this.#pathOf.get(file.uri) !== path) this.#delete(file.uri);
    this.#pathOf.set(file.uri, path);
    const files = this.#byPath.get(path);
    if (files) files.set(file.uri, { ...file, path });
    else {
      this.#byPath.set(path, new Map([[file.uri, { ...file, path }]]));
      this.#byOwner = undefined;
    }
  }

  #delete(uri: string): void {
    const path = this.#pathOf.get(uri);
    if (path === undefined) return;
    this.#pathOf.delete(uri);
    const files = this.#byPath.get(path);
    files?.delete(uri);
    if (files?.size !== 0) return;
    this.#byPath.delete(path);
    this.#byOwner = undefined;
  }

  #group(): Map<string, string[]> {
    const groups = new Map<string, string[]>();
    for (const path of this.#byPath.keys()) {
      const owner = this.ownerOf(path);
      if (owner === undefined) continue;
      const group = groups.get(owner);
      if (group) group.push(path);
      else groups.set(owner, [path]);
    }
    return groups;
  }
}
