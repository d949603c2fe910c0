// The records of all instances on this machine: one file each, so that no writer can lose another's.
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { readJson, writeJson } from "../system/atomicFile";
import { type InstanceRecord, recordSchema } from "./formats";

/** The directory `<berth home>/instances`. The caller has made it with ensurePrivateDirectory. */
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
    // A record that does not bear its own name is a copy; acting on it would act on another's instance.
    return parsed.success && parsed.data.instanceId === instanceId
      ? parsed.data
      : undefined;
  }

  /** Every record that can be read. What is torn, huge, foreign or from a newer version is passed over and left alone. */
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
