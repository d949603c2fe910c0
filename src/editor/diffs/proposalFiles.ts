// The editable right side of a diff under review: a file of our own scheme, in memory, one per diff. The left side of a
// new file is an empty one. Real documents, so that language, undo and saving work as the user knows them. A file that is
// not there any more looks empty and takes everything: what VS Code still does with its tab never fails.
import * as vscode from "vscode";

export const PROPOSAL_SCHEME = "berth-proposal";

const BYTE_ORDER_MARK = "\ufeff";

interface Entry {
  bytes: Uint8Array;
  modifiedAt: number;
}

export class ProposalFiles implements vscode.FileSystemProvider {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly #saved = new vscode.EventEmitter<vscode.Uri>();

  readonly onDidChangeFile = this.#changed.event;
  /** The user, or auto-save, has saved the proposal. */
  readonly onDidSave = this.#saved.event;

  /** The file keeps its name and folders, so that the editor knows its language and shows where it is. The caller removes it. */
  add(id: string, side: "old" | "new", file: string, contents: string) {
    const uri = vscode.Uri.from({
      scheme: PROPOSAL_SCHEME,
      authority: `${side}-${id}`,
      path: vscode.Uri.file(`/${vscode.workspace.asRelativePath(file, false)}`)
        .path,
    });
    this.#entries.set(uri.toString(), {
      // The mark tells VS Code that it is UTF-8, whatever encoding the user has set for his files.
      bytes: Buffer.from(`${BYTE_ORDER_MARK}${withoutMark(contents)}`),
      modifiedAt: Date.now(),
    });
    return uri;
  }

  remove(uri: vscode.Uri): void {
    this.#entries.delete(uri.toString());
  }

  dispose(): void {
    this.#changed.dispose();
    this.#saved.dispose();
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const entry = this.#entries.get(uri.toString());
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime: entry?.modifiedAt ?? 0,
      size: entry?.bytes.byteLength ?? 0,
      ...(uri.authority.startsWith("old-") && {
        permissions: vscode.FilePermission.Readonly,
      }),
    };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    return this.#entries.get(uri.toString())?.bytes ?? new Uint8Array();
  }

  writeFile(uri: vscode.Uri, bytes: Uint8Array): void {
    const entry = this.#entries.get(uri.toString());
    if (!entry) return;
    entry.bytes = bytes;
    entry.modifiedAt = Date.now();
    this.#saved.fire(uri);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete(uri: vscode.Uri): void {
    this.remove(uri);
  }

  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
}

export function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
