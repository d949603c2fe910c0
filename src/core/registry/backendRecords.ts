// The records of all backends on this machine: `<berth home>/backends/<id>.json`, mode 0600. By them anyone lists backends, and
// whoever comes after a dead supervisor ends what it has left behind.
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import * as z from "zod/mini";
import { readJson, writeJson } from "../system/atomicFile";
import { areOurs } from "../system/privateDirectory";
import { origin, pid, port } from "./formats";

export const backendRecordSchema = z.object({
  version: z.literal(1),
  id: z.string().check(z.regex(/^[\w.-]{1,100}$/)),
  /** As the user calls it. */
  name: z.string(),
  /** Real path. */
  worktree: z.string(),
  state: z.enum(["starting", "ready", "backoff", "stopping", "failed"]),
  /** Its first process; null unless it is ready. */
  pid: z.nullable(pid),
  /** See processIdentity.ts. */
  processStart: z.nullable(z.string()),
  port: z.nullable(port),
  url: z.nullable(z.string()),
  /** Milliseconds since 1970, of the current state. */
  startedAt: z.number(),
  /** The process that runs it. */
  supervisor: z.object({ pid, ...origin }),
});
export type BackendRecord = z.infer<typeof backendRecordSchema>;

/** The caller has created the directory with ensurePrivateDirectory. */
export class BackendRecords {
  constructor(readonly directory: string) {}

  file(id: string): string {
    return path.join(this.directory, `${id}.json`);
  }

  async publish(record: BackendRecord): Promise<void> {
    await writeJson(this.file(record.id), record);
  }

  async withdraw(id: string): Promise<void> {
    await rm(this.file(id), { force: true });
  }

  /** Every readable record. What is torn, foreign or of a newer version is skipped and left alone. */
  async readAll(): Promise<BackendRecord[]> {
    if (!areOurs([path.dirname(this.directory), this.directory])) return [];
    const names = await readdir(this.directory).catch(() => []);
    const records = await Promise.all(
      names
        .filter((name) => name.endsWith(".json"))
        .map((name) => this.#read(name.slice(0, -".json".length))),
    );
    return records.filter((record) => record !== undefined);
  }

  async #read(id: string): Promise<BackendRecord | undefined> {
    const { data } = backendRecordSchema.safeParse(
      await readJson(this.file(id)),
    );
    return data?.id === id ? data : undefined;
  }
}
