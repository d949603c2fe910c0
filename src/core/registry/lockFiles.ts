// Discovery files read by Claude Code and others.
import { readJson } from "../system/atomicFile";
import { pidExists } from "../system/processIdentity";
import { DiscoveryFiles } from "./discoveryFiles";
import { foreignLockSchema, type LockFile, lockSchema } from "./formats";
import type { ProcessLiveness } from "./liveness";
import path from "node:path";

/** What can be shown of another program's lock file. */
export interface OtherEditor {
  readonly name: string;
  readonly port: number;
  readonly pid: number | null;
  readonly folders: readonly string[];
  readonly isAlive: boolean;
}

/** The directory `<claude config dir>/ide`. */
export class LockFiles extends DiscoveryFiles<LockFile> {
  constructor(directory: string, liveness: ProcessLiveness) {
    super(
      {
        directories: [directory],
        pattern: /^(\d{1,5})\.lock$/,
        schema: lockSchema,
      },
      liveness,
    );
  }

  file(port: number): string {
    return path.join(this.directory, `${port}.lock`);
  }

  /** The caller has checked the directory with ensurePrivateDirectory. */
  async publish(port: number, lock: LockFile): Promise<void> {
    await this.write({ file: this.file(port), port }, lock);
  }

  /** Ports with a file that is not ours to replace: another program's, or one that another machine or container uses. */
  async foreignPorts(): Promise<Set<number>> {
    const [all, ours] = await Promise.all([this.files(), this.readOurs()]);
    const foreign = new Set(all.map(({ port }) => port));
    const states = await this.liveness.ofFiles(ours);
    for (const [index, { port }] of ours.entries())
      if (states[index] !== "foreign") foreign.delete(port);
    return foreign;
  }

  async readOthers(): Promise<OtherEditor[]> {
    const others = await Promise.all(
      (await this.files()).map(async ({ file, port }) => {
        const value = await readJson(file);
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
}
