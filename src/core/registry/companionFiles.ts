// The discovery files of Gemini CLI and Qwen Code. Their directories are shared with other programs.
import { readdir } from "node:fs/promises";
import path from "node:path";
import { readJson, writeJson } from "../system/atomicFile";
import { markSchema } from "./formats";
import type { DiscoveryFiles, Mark } from "./discoveryFiles";
import { ProcessLiveness } from "./liveness";
import { removeVerified } from "./lockFiles";
import { ensurePrivateDirectory } from "../system/privateDirectory";

/** What the files say about an instance. */
export interface Announcement {
  readonly port: number;
  readonly token: string;
  /** The extension host's parent, which is also an ancestor of the terminals. */
  readonly pid: number;
  /** Real paths. */
  readonly folders: readonly string[];
  readonly ideName: string;
  readonly mark: Mark;
}

interface Format {
  readonly agent: string;
  readonly directory: string;
  /** Matches its file names; group 1 is the port. */
  readonly pattern: RegExp;
  readonly fileName: (announcement: Announcement) => string;
  readonly content: (announcement: Announcement) => object;
  /** Created and checked in this order. */
  readonly directories: readonly string[];
}

export class CompanionFiles implements DiscoveryFiles {
  private constructor(
    private readonly format: Format,
    private readonly liveness: ProcessLiveness,
  ) {}

  /** `directory` is `<temporary directory>/gemini/ide`. */
  static gemini(
    directory: string,
    liveness = new ProcessLiveness(),
  ): CompanionFiles {
    return new CompanionFiles(
      {
        agent: "Gemini CLI",
        directory,
        pattern: /^gemini-ide-server-\d+-(\d{1,5})\.json$/,
        fileName: ({ pid, port }) => `gemini-ide-server-${pid}-${port}.json`,
        content: ({ port, token, folders, ideName }) => ({
          port,
          workspacePath: folders.join(path.delimiter),
          authToken: token,
          ideInfo: { name: "vscode", displayName: ideName },
        }),
        // A user who owns the parent could swap in a directory of their own.
        directories: [path.dirname(directory), directory],
      },
      liveness,
    );
  }

  /** `directory` is `~/.qwen/ide`. */
  static qwen(
    directory: string,
    liveness = new ProcessLiveness(),
  ): CompanionFiles {
    return new CompanionFiles(
      {
        agent: "Qwen Code",
        directory,
        pattern: /^(\d{1,5})\.lock$/,
        fileName: ({ port }) => `${port}.lock`,
        content: ({ port, token, pid, folders, ideName }) => ({
          port,
          workspacePath: folders.join(path.delimiter),
          ppid: pid,
          authToken: token,
          ideName,
        }),
        directories: [directory],
      },
      liveness,
    );
  }

  get directory(): string {
    return this.format.directory;
  }

  /** Name of the agent that reads the files. */
  get agent(): string {
    return this.format.agent;
  }

  async publish(announcement: Announcement): Promise<void> {
    const { directories, fileName, content } = this.format;
    for (const directory of directories)
      await ensurePrivateDirectory(directory, { shared: true });
    await writeJson(path.join(this.directory, fileName(announcement)), {
      ...content(announcement),
      ...announcement.mark,
    });
  }

  async withdraw(port: number, instanceId: string): Promise<string[]> {
    const removed: string[] = [];
    for (const { file } of await this.#filesOf(port))
      if (
        await removeVerified(
          file,
          async (each) => (await readMark(each))?.instanceId === instanceId,
        )
      )
        removed.push(file);
    return removed;
  }

  async has(port: number): Promise<boolean> {
    return (await this.#filesOf(port)).length > 0;
  }

  async isForeign(port: number): Promise<boolean> {
    for (const { file } of await this.#filesOf(port)) {
      const mark = await readMark(file);
      if (!mark || (await this.liveness.ofLock(mark)) === "foreign")
        return true;
    }
    return false;
  }

  async readOurs(): Promise<(Mark & { port: number })[]> {
    const marks = await Promise.all(
      (await this.#files()).map(async ({ file, port }) => {
        const mark = await readMark(file);
        return mark && { ...mark, port };
      }),
    );
    return marks.filter((mark) => mark !== undefined);
  }

  async #filesOf(port: number): Promise<{ file: string }[]> {
    return (await this.#files()).filter((each) => each.port === port);
  }

  async #files(): Promise<{ file: string; port: number }[]> {
    const names = await readdir(this.directory).catch(() => []);
    return names.flatMap((name) => {
      const port = this.format.pattern.exec(name)?.[1];
      return port === undefined
        ? []
        : [{ file: path.join(this.directory, name), port: Number(port) }];
    });
  }
}

async function readMark(file: string): Promise<Mark | undefined> {
  return markSchema.safeParse(await readJson(file)).data;
}
