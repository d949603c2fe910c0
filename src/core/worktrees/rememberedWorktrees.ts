// What git has said of folders, for as long as the files that it has read are the same: asking it again costs a process.
import { stat } from "node:fs/promises";
import path from "node:path";
import { realDirectory } from "../system/paths";
import { type Detection, detectWorktree } from "./worktree";

interface Remembered {
  readonly detection: Detection;
  readonly stamp: string;
  /** Nothing has changed while git was asked. */
  readonly isSure: boolean;
}

/** Folders; all are forgotten when there are more. */
const MAX_FOLDERS = 1_000;

export class RememberedWorktrees {
  /** By real path. */
  readonly #known = new Map<string, Remembered>();

  /** See detectWorktree. git is asked at least twice: only then it is known which files it has read, and that they were the same. */
  async detect(folder: string): Promise<Detection> {
    const real = await realDirectory(folder).catch(() => undefined);
    if (real === undefined) return detectWorktree(folder);
    const known = this.#known.get(real);
    const before = known && (await stampOf(real, known.detection));
    if (known?.isSure && before === known.stamp) return known.detection;
    const detection = await detectWorktree(folder);
    const stamp = await stampOf(real, detection);
    if (this.#known.size >= MAX_FOLDERS) this.#known.clear();
    if (stamp === undefined) this.#known.delete(real);
    else this.#known.set(real, { detection, stamp, isSure: stamp === before });
    return detection;
  }
}

/** undefined: it is in no worktree, and any folder above it may become one. */
async function stampOf(
  real: string,
  detection: Detection,
): Promise<string | undefined> {
  if (detection.kind !== "found" || !detection.worktree.git) return undefined;
  const { path: top, git } = detection.worktree;
  const files = [
    ...foldersUpTo(real, top).map((folder) => path.join(folder, ".git")),
    path.join(git.gitDir, "HEAD"),
    // HEAD, where the repository has the format reftable.
    path.join(git.gitDir, "reftable", "tables.list"),
    path.join(git.gitCommonDir, "config"),
  ];
  const stamps = await Promise.all(
    files.map(async (file) => {
      const found = await stat(file).catch(() => undefined);
      // git writes into its directory all the time.
      return found ? [found.ino, found.isFile() && found.mtimeMs].join() : "";
    }),
  );
  return [top, ...stamps].join(" ");
}

function foldersUpTo(folder: string, top: string): string[] {
  const parent = path.dirname(folder);
  return folder === top || parent === folder
    ? [folder]
    : [folder, ...foldersUpTo(parent, top)];
}
