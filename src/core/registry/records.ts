// The records of all instances on this machine: one file each, so that no writer can overwrite another's.
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readJson, writeJson } from "../system/atomicFile";
import { areOurs } from "../system/privateDirectory";
import { type InstanceRecord, readableRecordSchema } from "./formats";
import { removeVerified } from "./removeVerified";

const MAX_BYTES = 1024 * 1024;

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

  /** Removes exactly this record, unless somebody has replaced it; returns whether it did. */
  async remove(record: InstanceRecord): Promise<boolean> {
    return removeVerified(this.file(record.instanceId), async (file) =>
      isDeepStrictEqual(await readRecord(file), record),
    );
  }

  async read(instanceId: string): Promise<InstanceRecord | undefined> {
    return this.#isOurs() ? this.#read(instanceId) : undefined;
  }

  /** Every readable record. Torn, oversized, foreign and newer-version files are skipped and left alone. */
  async readAll(): Promise<InstanceRecord[]> {
    if (!this.#isOurs()) return [];
    const names = await readdir(this.directory).catch(() => []);
    const records = await Promise.all(
      names
        .filter((name) => name.endsWith(".json"))
        .map((name) => this.#read(name.slice(0, -".json".length))),
    );
    return records.filter((record) => record !== undefined);
  }

  #isOurs(): boolean {
    return areOurs([path.dirname(this.directory), this.directory]);
  }

  async #read(instanceId: string): Promise<InstanceRecord | undefined> {
    const record = await readRecord(this.file(instanceId));
    // A record under another id's file name is a copy; acting on it would affect another instance.
    return record?.instanceId === instanceId ? record : undefined;
  }
}

async function readRecord(file: string): Promise<InstanceRecord | undefined> {
  return readableRecordSchema.safeParse(await readJson(file, MAX_BYTES)).data;
}
