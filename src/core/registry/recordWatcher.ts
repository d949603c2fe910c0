// Watches the records of all other instances on this machine, and sweeps up after processes that died.
// Skips records of its own process, which knows its instances without them.
import { watch } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { InstanceRecord } from "./formats";
import { type Disposable, Lifetime } from "../lifetime";
import type { Log } from "../log";
import type { SweptFiles } from "./registryFiles";
import { sweep } from "./sweep";

/** Milliseconds. A killed window's lock file misleads agents for at most about this long. */
const CHECK_PROCESSES_EVERY = 2_000;
const READ_ALL_EVERY = 30_000;
const SWEEP_EVERY = 5 * 60_000;

/** The watching host. */
export interface Self {
  readonly pid: number;
  readonly processStart: string;
  /** Every instance it has started. Other records of its process are left over from an earlier host. */
  readonly instanceIds: ReadonlySet<string>;
}

export interface RecordWatcherOptions {
  readonly files: SweptFiles;
  readonly log: Log;
  readonly self: Self;
}

export class RecordWatcher {
  readonly #lifetime = new Lifetime();
  readonly #known = new Map<string, InstanceRecord>();
  readonly #listeners = new Set<() => void>();
  #sweeping: Promise<void> = Promise.resolve();
  #pendingReads: Promise<void> = Promise.resolve();
  #isWatching = false;
  /** Some record's process is gone; the next check sweeps. */
  #needsSweep = false;

  private constructor(private readonly options: RecordWatcherOptions) {}

  /** Reads all records, then watches them. The caller disposes it. */
  static async start(options: RecordWatcherOptions): Promise<RecordWatcher> {
    const watcher = new RecordWatcher(options);
    await watcher.readAll();
    watcher.#every(CHECK_PROCESSES_EVERY, async () => {
      if (!watcher.#isWatching) await watcher.readAll();
      await watcher.#checkProcesses();
    });
    // Events may get lost, as on a network drive.
    watcher.#every(READ_ALL_EVERY, () => watcher.readAll());
    watcher.#every(SWEEP_EVERY, () => watcher.sweep());
    return watcher;
  }

  /** Records of other hosts whose processes were alive when last checked. */
  get others(): readonly InstanceRecord[] {
    return [...this.#known.values()];
  }

  /** Called when another host's record was added, removed or changed. */
  onDidChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Sweeps run one at a time; a call during a sweep waits for another one. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweeping
      .then(() =>
        sweep(this.options.files, this.options.log, (record) =>
          this.#isLeftOver(record),
        ),
      )
      .catch((error: unknown) => {
        this.options.log.error(`Sweep failed: ${String(error)}`);
      });
    return this.#sweeping;
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  #every(milliseconds: number, action: () => Promise<void>): void {
    const timer = setInterval(() => void action(), milliseconds);
    this.#lifetime.defer(() => {
      clearInterval(timer);
    });
  }

  /** Resolves once all are known as they are now. */
  readAll(): Promise<void> {
    this.#watch();
    return this.#inTurn(async () => {
      const all = await this.options.files.records.readAll();
      const found = new Set(all.map(({ instanceId }) => instanceId));
      const gone = [...this.#known.keys()].filter((id) => !found.has(id));
      await this.#take(all, gone);
    });
  }

  /** Does nothing if the directory does not exist yet. */
  #watch(): void {
    try {
      const watcher = watch(
        this.options.files.records.directory,
        (_event, filename) => {
          if (filename?.endsWith(".json"))
            void this.#readOne(filename.slice(0, -".json".length));
          // The directory itself was removed, and may be recreated.
          else if (
            filename === path.basename(this.options.files.records.directory)
          ) {
            this.#isWatching = false;
            watcher.close();
          }
        },
      );
      this.#isWatching = true;
      watcher.on("error", () => {
        this.#isWatching = false;
        watcher.close();
      });
      this.#lifetime.defer(() => {
        watcher.close();
      });
    } catch {
      this.#isWatching = false;
    }
  }

  #readOne(instanceId: string): Promise<void> {
    return this.#inTurn(async () => {
      const record = await this.options.files.records.read(instanceId);
      await this.#take(record ? [record] : [], record ? [] : [instanceId]);
    });
  }

  /** Serialized, so that a stale read never overrides a newer one. */
  #inTurn(read: () => Promise<void>): Promise<void> {
    this.#pendingReads = this.#pendingReads.then(read);
    return this.#pendingReads;
  }

  /** Takes over what the files say: the system is asked once about all their processes. */
  async #take(
    records: readonly InstanceRecord[],
    gone: readonly string[],
  ): Promise<void> {
    const others = records.filter((record) => !this.#isOwn(record));
    const states = await this.options.files.liveness.ofRecords(others);
    if (this.#lifetime.isEnded) return;
    const dead = others.filter((_, index) => states[index] === "gone");
    if (dead.length > 0 || records.some((record) => this.#isLeftOver(record)))
      this.#needsSweep = true;
    let hasChanged = false;
    for (const id of [...gone, ...dead.map(({ instanceId }) => instanceId)])
      hasChanged = this.#known.delete(id) || hasChanged;
    for (const record of others.filter(
      (_, index) => states[index] !== "gone",
    )) {
      // Rewritten with the same content.
      if (isDeepStrictEqual(record, this.#known.get(record.instanceId)))
        continue;
      this.#known.set(record.instanceId, record);
      hasChanged = true;
    }
    if (hasChanged) for (const listener of this.#listeners) listener();
  }

  #isOwn({ pid, processStart }: InstanceRecord): boolean {
    const { self } = this.options;
    return pid === self.pid && processStart === self.processStart;
  }

  #isLeftOver(record: InstanceRecord): boolean {
    return (
      this.#isOwn(record) &&
      !this.options.self.instanceIds.has(record.instanceId)
    );
  }

  /** A killed process changes no file, so its pid has to be polled. */
  async #checkProcesses(): Promise<void> {
    const states = await this.options.files.liveness.ofRecords(this.others);
    if (states.includes("gone")) this.#needsSweep = true;
    if (!this.#needsSweep) return;
    this.#needsSweep = false;
    await this.sweep();
  }
}
