// The discovery files of Gemini CLI and Qwen Code.
import path from "node:path";
import { ensurePrivateDirectory } from "../system/privateDirectory";
import { DiscoveryFiles, type Layout } from "./discoveryFiles";
import { type Mark, markSchema } from "./formats";
import type { ProcessLiveness } from "./liveness";

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
  readonly fileName: (announcement: Announcement) => string;
  readonly content: (announcement: Announcement) => object;
}

export class CompanionFiles extends DiscoveryFiles {
  private constructor(
    private readonly format: Format,
    layout: Omit<Layout<Mark>, "schema">,
    liveness: ProcessLiveness,
  ) {
    super({ ...layout, schema: markSchema }, liveness);
  }

  /** `directory` is `<temporary directory>/gemini/ide`. */
  static gemini(directory: string, liveness: ProcessLiveness): CompanionFiles {
    return new CompanionFiles(
      {
        agent: "Gemini CLI",
        fileName: ({ pid, port }) => `gemini-ide-server-${pid}-${port}.json`,
        content: ({ port, token, folders, ideName }) => ({
          port,
          workspacePath: folders.join(path.delimiter),
          authToken: token,
          ideInfo: { name: "vscode", displayName: ideName },
        }),
      },
      {
        // A user who owns the parent could swap in a directory of their own.
        directories: [path.dirname(directory), directory],
        pattern: /^gemini-ide-server-\d+-(\d{1,5})\.json$/,
      },
      liveness,
    );
  }

  /** `directory` is `~/.qwen/ide`. */
  static qwen(directory: string, liveness: ProcessLiveness): CompanionFiles {
    return new CompanionFiles(
      {
        agent: "Qwen Code",
        fileName: ({ port }) => `${port}.lock`,
        content: ({ port, token, pid, folders, ideName }) => ({
          port,
          workspacePath: folders.join(path.delimiter),
          ppid: pid,
          authToken: token,
          ideName,
        }),
      },
      { directories: [directory], pattern: /^(\d{1,5})\.lock$/ },
      liveness,
    );
  }

  /** Name of the agent that reads the files. */
  get agent(): string {
    return this.format.agent;
  }

  /** Throws a UserError if the directory or the file is not ours. */
  async publish(announcement: Announcement): Promise<void> {
    for (const directory of this.layout.directories)
      await ensurePrivateDirectory(directory, { shared: true });
    const { fileName, content } = this.format;
    const { port, mark } = announcement;
    const file = path.join(this.directory, fileName(announcement));
    await this.write({ file, port }, { ...content(announcement), ...mark });
  }
}
