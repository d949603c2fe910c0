// Discovery files read by Claude Code and others. The directory is shared, so only files with our mark are touched.
import { link, lstat, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { readJson, writeJson } from "../system/atomicFile";
import { foreignLockSchema, type LockFile, lockSchema } from "./formats";
import type { DiscoveryFiles } from "./discoveryFiles";
import { errorCode } from "../errors";
import { ProcessLiveness } from "./liveness";
import { pidExists } from "../system/processIdentity";

/** What can be shown of another program's lock file. */
export interface OtherEditor {
  readonly name: string;
  readonly port: number;
  readonly pid: number | null;
  readonly folders: readonly string[];
  readonly isAlive: boolean;
}

/** The directory `<claude config dir>/ide`. The caller has checked it with ensurePrivateDirectory. */
export class LockFiles implements DiscoveryFiles {
  constructor(
    readonly directory: string,
    private readonly liveness = new ProcessLiveness(),
  ) {}

  file(port: number): string {
    return path.join(this.directory, `${port}.lock`);
  }

  async publish(port: number, lock: LockFile): Promise<void> {
    await writeJson(this.file(port), lock);
  }

  async withdraw(port: number, instanceId: string): Promise<string[]> {
    const file = this.file(port);
    const isRemoved = await removeVerified(
      file,
      async (each) => (await readLock(each))?.instanceId === instanceId,
    );
    return isRemoved ? [file] : [];
  }

  async has(port: number): Promise<boolean> {
    const found = await lstat(this.file(port)).catch(() => undefined);
    return found !== undefined;
  }

  async isForeign(port: number): Promise<boolean> {
    if (!(await this.has(port))) return false;
    const lock = await readLock(this.file(port));
    return !lock || (await this.liveness.ofLock(lock)) === "foreign";
  }

  async readOurs(): Promise<(LockFile & { port: number })[]> {
    const locks = await Promise.all(
      (await this.#ports()).map(async (port) => {
        const lock = await readLock(this.file(port));
        return lock && { ...lock, port };
      }),
    );
    return locks.filter((lock) => lock !== undefined);
  }

  async readOthers(): Promise<OtherEditor[]> {
    const others = await Promise.all(
      (await this.#ports()).map(async (port) => {
        const value = await readJson(this.file(port));
        if (lockSchema.safeParse(value).success) return undefined;
        const parsed = foreignLockSchema.safeParse(value);
        if (!parsed.success) return undefined;
        const { ideName: name, pid = null, workspaceFolders } = parsed.data;
        return {
          name,
          port,
          pid,
          folders: workspaceFolders,
          isAlive: pid === null || pidExists(pid),
        };
      }),
    );
    return others.filter((other) => other !== undefined);
  }

  async #ports(): Promise<number[]> {
    const names = await readdir(this.directory).catch(() => []);
    return names.flatMap((name) => {
      const port = /^(\d{1,5})\.lock$/.exec(name)?.[1];
      return port === undefined ? [] : [Number(port)];
    });
  }
}

async function readLock(file: string): Promise<LockFile | undefined> {
  return lockSchema.safeParse(await readJson(file)).data;
}

/**
 * Removes a file if it `matches`, safe against TOCTOU races between processes: renames it aside, checks again, then
 * removes it, or puts it back unless a newer one has appeared. Returns whether it was removed.
 */
export async function removeVerified(
  file: string,
  matches: (file: string) => Promise<boolean>,
): Promise<boolean> {
  if (!(await matches(file))) return false;
  const aside = path.join(
    path.dirname(file),
    `.${path.basename(file)}.${process.pid}-${Date.now()}.aside`,
  );
  try {
    await rename(file, aside);
  } catch {
    return false; // Another process got there first.
  }
  const isMatch = await matches(aside);
  if (!isMatch) await putBack(aside, file);
  await rm(aside, { force: true });
  return isMatch;
}

/** Does not replace a newer file. */
async function putBack(aside: string, file: string): Promise<void> {
  try {
    await link(aside, file);
  } catch (error) {
    // Not every file system has hard links; rename may replace a newer file, but losing this one is worse.
    if (errorCode(error) !== "EEXIST") await rename(aside, file);
  }
}
