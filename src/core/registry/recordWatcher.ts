// Keeps an eye on all instances of this machine: knows their records, and sweeps after a process that has died.
import { watch } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { InstanceRecord } from "./formats";
import type { DiscoveryFiles } from "./discoveryFiles";
import { Lifetime } from "../lifetime";
import { recordProcess } from "./liveness";
import type { Log } from "../log";
import type { Records } from "./records";
import { sweep } from "./sweep";

/** Milliseconds. A killed window's lock file misleads agents for at most about this long. */
const CHECK_PROCESSES_EVERY = 2_000;
const SWEEP_EVERY = 5 * 60_000;

export interface RecordWatcherOptions {
  readonly records: Records;
  readonly discoveryFiles: readonly DiscoveryFiles[];
  readonly log: Log;
  /** A record that our own process wrote in an earlier life of this host. */
  readonly isLeftOver: (record: InstanceRecord) => boolean;
  /** A record came, went or changed. */
  readonly onDidChange: () => void;
}

export class RecordWatcher {
  readonly #lifetime = new Lifetime();
  readonly #known = new Map<string, InstanceRecord>();
  #pass: Promise<void> = Promise.resolve();
  #reading: Promise<void> = Promise.resolve();
  #isWatching = false;
  /** A record was found whose process is gone: it is swept at the next check. */
  #hasDead = false;

  private constructor(private readonly wiring: RecordWatcherOptions) {}

  /** Reads all records, then watches them. Whoever starts it disposes it. */
  static async start(wiring: RecordWatcherOptions): Promise<RecordWatcher> {
    const neighbours = new RecordWatcher(wiring);
    await neighbours.#look();
    neighbours.#every(CHECK_PROCESSES_EVERY, async () => {
      if (!neighbours.#isWatching) await neighbours.#look();
      await neighbours.#checkProcesses();
    });
    neighbours.#every(SWEEP_EVERY, () => neighbours.sweep());
    return neighbours;
  }

  /** The records of processes that were alive when last looked at. */
  all(): InstanceRecord[] {
    return [...this.#known.values()];
  }

  /** Those that were there before another, in one order for every window. */
  before(
    other: Pick<InstanceRecord, "createdAt" | "instanceId">,
  ): InstanceRecord[] {
    return this.all().filter(
      ({ createdAt, instanceId }) =>
        createdAt < other.createdAt ||
        (createdAt === other.createdAt && instanceId < other.instanceId),
    );
  }

  /** One sweep at a time; a call during one waits for a sweep of its own. */
  sweep(): Promise<void> {
    this.#pass = this.#pass
      .then(() =>
        sweep(
          this.wiring.records,
          this.wiring.discoveryFiles,
          this.wiring.log,
          this.wiring.isLeftOver,
        ),
      )
      .catch((error: unknown) => {
        this.wiring.log.error(`Sweep failed: ${String(error)}`);
      });
    return this.#pass;
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

  async #look(): Promise<void> {
    this.#watch();
    for (const { instanceId } of await this.wiring.records.readAll())
      await this.#refresh(instanceId);
  }

  /** Does nothing where the directory does not exist yet. */
  #watch(): void {
    try {
      const watcher = watch(
        this.wiring.records.directory,
        (_event, filename) => {
          if (filename?.endsWith(".json"))
            void this.#refresh(filename.slice(0, -".json".length));
          // It has been removed itself, and may come back as another one.
          else if (filename === path.basename(this.wiring.records.directory)) {
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

  /** One at a time, so that no older look at a file counts after a newer one. */
  #refresh(instanceId: string): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read(instanceId));
    return this.#reading;
  }

  async #read(instanceId: string): Promise<void> {
    const record = await this.wiring.records.read(instanceId);
    const isAlive =
      record !== undefined &&
      !this.wiring.isLeftOver(record) &&
      (await recordProcess(record)) !== "gone";
    if (this.#lifetime.isEnded) return;
    if (record && !isAlive) this.#hasDead = true;
    if (isAlive) {
      // Written again as it was: to answer that with a pass, which may write it again, would never end.
      if (isDeepStrictEqual(record, this.#known.get(instanceId))) return;
      this.#known.set(instanceId, record);
    } else if (!this.#known.delete(instanceId)) return;
    this.wiring.onDidChange();
  }

  /** A killed process changes no file, so its record has to be asked after. */
  async #checkProcesses(): Promise<void> {
    const processes = new Map(
      this.all().map((record) => [
        `${record.pid}:${record.processStart}`,
        record,
      ]),
    );
    for (const record of processes.values())
      if ((await recordProcess(record)) === "gone") this.#hasDead = true;
    if (!this.#hasDead) return;
    this.#hasDead = false;
    await this.sweep();
  }
}
