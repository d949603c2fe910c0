// Tells by a `stat` whether files are what they were.
import { lstat, readdir, readFile } from "node:fs/promises";
import path from "node:path";

/**
 * How a path can change: "presence": another file or none; "content": also when it is written, or for a directory when
 * an entry comes or goes; "worktrees": git's directory of linked worktrees, with what each entry leads to.
 */
export type Look = "presence" | "content" | "worktrees";

export class Fingerprints {
  #taken: ReadonlyMap<string, string> = new Map();

  async take(looks: ReadonlyMap<string, Look>): Promise<void> {
    this.#taken = await fingerprintAll(looks);
  }

  /** Takes those that have not been taken yet. */
  async extend(looks: ReadonlyMap<string, Look>): Promise<void> {
    const missing = [...looks].filter(([file]) => !this.#taken.has(file));
    if (missing.length === 0) return;
    const added = await fingerprintAll(new Map(missing));
    this.#taken = new Map([...added, ...this.#taken]);
  }

  /** The first path that is not what it was when taken. */
  async changed(looks: ReadonlyMap<string, Look>): Promise<string | undefined> {
    const before = this.#taken;
    const now = await fingerprintAll(looks);
    // Taken anew meanwhile, because git is being asked.
    if (before !== this.#taken) return undefined;
    this.#taken = now;
    return [...now.keys()].find((file) => {
      const fingerprint = before.get(file);
      return fingerprint !== undefined && fingerprint !== now.get(file);
    });
  }
}

async function fingerprintAll(
  looks: ReadonlyMap<string, Look>,
): Promise<Map<string, string>> {
  const entries = [...looks].map(
    async ([file, look]) => [file, await fingerprint(file, look)] as const,
  );
  return new Map(await Promise.all(entries));
}

async function fingerprint(file: string, look: Look): Promise<string> {
  switch (look) {
    case "presence":
      return presence(file);
    case "content":
      return identity(file);
    case "worktrees": {
      const names = (await readdir(file).catch(() => [])).sort();
      const entries = names.map(async (name) => {
        const entry = path.join(file, name);
        const target = await readFile(path.join(entry, "gitdir"), "utf8").catch(
          () => "",
        );
        return [
          name,
          await identity(path.join(entry, "HEAD")),
          await identity(path.join(entry, "locked")),
          // Made after the entry, and perhaps removed before it.
          await presence(path.resolve(entry, target.trimEnd())),
        ];
      });
      return JSON.stringify(await Promise.all(entries));
    }
  }
}

async function presence(file: string): Promise<string> {
  return (await identity(file)).split(" ", 1)[0] ?? "";
}

/** Inode, then times and size; "none" if it does not exist. */
async function identity(file: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await lstat(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return "none";
  }
}
