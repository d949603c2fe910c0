// What all kinds of discovery files have in common. Their directories are shared with other programs, so only files
// with our mark are touched.
import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import type * as z from "zod/mini";
import { notReplaced } from "../pathErrors";
import { readJson, writeJson } from "../system/atomicFile";
import { stamp } from "../system/diskClock";
import { areOurs } from "../system/privateDirectory";
import type { Found, Mark } from "./formats";
import type { ProcessLiveness } from "./liveness";
import { removeVerified } from "./removeVerified";
import { removeTemporaryFiles } from "./temporaryFiles";

export interface Layout<Content extends Mark> {
  /** Checked before anything is read, the outermost first. The last one holds the files. */
  readonly directories: readonly string[];
  /** Matches the file names; group 1 is the port. */
  readonly pattern: RegExp;
  readonly schema: z.ZodMiniType<Content>;
}

export class DiscoveryFiles<Content extends Mark = Mark> {
  constructor(
    protected readonly layout: Layout<Content>,
    protected readonly liveness: ProcessLiveness,
  ) {}

  get directory(): string {
    return this.layout.directories.at(-1) ?? "";
  }

  /** Whether the port has a file, from any program. */
  async has(port: number): Promise<boolean> {
    return (await this.filesOf(port)).length > 0;
  }

  /** Files with Berth's mark, from any instance. */
  async readOurs(): Promise<(Content & Found)[]> {
    const all = await Promise.all(
      (await this.files()).map(async (found) => {
        const content = await this.#read(found.file);
        return content && { ...content, ...found };
      }),
    );
    return all.filter((each) => each !== undefined);
  }

  /** Removes the port's file if it belongs to the instance; returns the removed paths. */
  async withdraw(port: number, instanceId: string): Promise<string[]> {
    const removed: string[] = [];
    for (const { file } of await this.filesOf(port))
      if (
        await removeVerified(
          file,
          async (each) => (await this.#read(each))?.instanceId === instanceId,
        )
      )
        removed.push(file);
    return removed;
  }

  /** Shows those who cannot see the instance's process that it still runs. */
  async stamp(port: number, instanceId: string): Promise<void> {
    for (const { file } of await this.filesOf(port))
      if ((await this.#read(file))?.instanceId === instanceId)
        await stamp(file);
  }

  /** Removes what killed processes of ours left unfinished; returns the removed paths. */
  removeTemporary(): Promise<string[]> {
    const { directories, pattern } = this.layout;
    return removeTemporaryFiles(
      directories,
      async (name, file) =>
        pattern.test(name) &&
        // One set aside may be another program's after all, if we were killed before we could put it back.
        (!file.endsWith(".aside") || (await this.#read(file)) !== undefined),
    );
  }

  /** Throws a UserError rather than replace another program's file. The caller has checked the directory. */
  protected async write(target: Found, content: Content): Promise<void> {
    const { file } = target;
    const isThere = await lstat(file).catch(() => undefined);
    if (isThere && !(await this.#isReplaceable(target)))
      throw notReplaced(file);
    await writeJson(file, content);
  }

  protected async filesOf(port: number): Promise<Found[]> {
    return (await this.files()).filter((each) => each.port === port);
  }

  /** None if the directory is not ours. */
  protected async files(): Promise<Found[]> {
    if (!areOurs(this.layout.directories)) return [];
    const names = await readdir(this.directory).catch(() => []);
    return names.flatMap((name) => {
      const port = this.layout.pattern.exec(name)?.[1];
      return port === undefined
        ? []
        : [{ file: path.join(this.directory, name), port: Number(port) }];
    });
  }

  async #isReplaceable(found: Found): Promise<boolean> {
    const content = await this.#read(found.file);
    if (!content) return false;
    const [state] = await this.liveness.ofFiles([{ ...content, ...found }]);
    return state !== "foreign";
  }

  async #read(file: string): Promise<Content | undefined> {
    return this.layout.schema.safeParse(await readJson(file)).data;
  }
}
