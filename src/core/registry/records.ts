// The records of all instances on this machine: one file each, so that no writer can overwrite another's.
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { readJson, writeJson } from "../system/atomicFile";
import { type InstanceRecord, recordSchema } from "./formats";

/** The directory `<berth home>/instances`. The caller has created it with ensurePrivateDirectory. */
export class Records {
  constructor(readonly directory: string) {}

  file(instanceId: string): string {
    return path.join(this.directory, `${instanceId}.json`);
  }

  async publish(record: InstanceRecord): Promise<void> {
    await writeJson(this.file(record.instanceId), record);
  }

  async withdraw(instanceId: string): Promise<void> {
    await rm(this.file(instanceId), { force: true });
  }

  async read(instanceId: string): Promise<InstanceRecord | undefined> {
    const parsed = recordSchema.safeParse(
      await readJson(this.file(instanceId)),
    );
    // A record under another id's file name is a copy; acting on it would affect another instance.
    return parsed.success && parsed.data.instanceId === instanceId
      ? parsed.data
      : undefined;
  }

  /** Every readable record. Torn, oversized, foreign and newer-version files are skipped and left alone. */
  async readAll(): Promise<InstanceRecord[]> {
    const names = await readdir(this.directory).catch(() => []);
    const records = await Promise.all(
      names
        .filter((name) => name.endsWith(".json"))
        .map((name) => this.read(name.slice(0, -".json".length))),
    );
    return records.filter((record) => record !== undefined);
  }
}
