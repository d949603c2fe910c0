// Records of one kind, such as all instances of this machine: one file each, `<directory>/<id>.json`, mode 0600, so that no writer can
// overwrite another's.
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { readJson, writeJson } from "../system/atomicFile";
import { areOurs } from "../system/privateDirectory";

/** Bytes. */
const MAX_BYTES = 1024 * 1024;

export interface RecordFormat<R> {
  readonly idOf: (record: R) => string;
  /** undefined: it is none. */
  readonly parse: (value: unknown) => R | undefined;
}

export class RecordFiles<R> {
  /** The caller has created the directory with ensurePrivateDirectory. */
  constructor(
    readonly directory: string,
    private readonly format: RecordFormat<R>,
  ) {}

  file(id: string): string {
    return path.join(this.directory, `${id}.json`);
  }

  async publish(record: R): Promise<void> {
    await writeJson(this.file(this.format.idOf(record)), record);
  }

  async withdraw(id: string): Promise<void> {
    await rm(this.file(id), { force: true });
  }

  async read(id: string): Promise<R | undefined> {
    return this.#isOurs() ? this.#read(id) : undefined;
  }

  /** Every readable record. Torn, oversized, foreign and newer-version files are skipped and left alone. */
  async readAll(): Promise<R[]> {
    if (!this.#isOurs()) return [];
    const names = await readdir(this.directory).catch(() => []);
    const records = await Promise.all(
      names
        .filter((name) => name.endsWith(".json"))
        .map((name) => this.#read(name.slice(0, -".json".length))),
    );
    return records.filter((record) => record !== undefined);
  }

  protected async parse(file: string): Promise<R | undefined> {
    return this.format.parse(await readJson(file, MAX_BYTES));
  }

  #isOurs(): boolean {
    return areOurs([path.dirname(this.directory), this.directory]);
  }

  async #read(id: string): Promise<R | undefined> {
    const record = await this.parse(this.file(id));
    // A record under another id's file name is a copy; acting on it would affect another one.
    return record && this.format.idOf(record) === id ? record : undefined;
  }
}
