// In-memory files of our own scheme: each diff's editable right side, and an empty left side for new files. They are
// real documents, so language, undo and saving work as usual; a save decides nothing, because tasks and the debugger
// save too, as if by hand. A removed file reads as empty and ignores writes, so whatever VS Code still does with its
// tab succeeds.
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

  readonly onDidChangeFile = this.#changed.event;

  /** Keeps the file's name and folders, so the editor knows its language and shows its path. The caller removes it. */
  add(id: string, side: "old" | "new", file: string, contents: string) {
    const uri = vscode.Uri.from({
      scheme: PROPOSAL_SCHEME,
      authority: `${side}-${id}`,
      path: vscode.Uri.file(`/${vscode.workspace.asRelativePath(file, false)}`)
        .path,
    });
    this.#entries.set(uri.toString(), {
      // The byte order mark makes VS Code read it as UTF-8, whatever encoding the user has configured.
      bytes: Buffer.from(`${BYTE_ORDER_MARK}${stripByteOrderMark(contents)}`),
      modifiedAt: Date.now(),
    });
    // A tab of before a reload has read it as empty.
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    return uri;
  }

  remove(uri: vscode.Uri): void {
    this.#entries.delete(uri.toString());
  }

  dispose(): void {
    this.#changed.dispose();
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

export function stripByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
