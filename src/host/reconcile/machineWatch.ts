// What all windows are told of the machine's instances: this host's from memory, the others' from their records and control APIs.
import { isDeepStrictEqual } from "node:util";
import { describeInstance } from "../../core/control/controlClient";
import { Lifetime } from "../../core/lifetime";
import type { InstanceRecord } from "../../core/registry/formats";
import type {
  ProcessLiveness,
  ProcessState,
} from "../../core/registry/liveness";
import type { RecordWatcher } from "../../core/registry/recordWatcher";
import type { Instance } from "../instance/instance";
import { machineInstance } from "../instance/instanceRecord";
import type { MachineInstance } from "../machineContract";

/** Milliseconds between questions to the instances of other hosts: what their agents do is in no file. */
const ASK_EVERY = 1_000;
/** Milliseconds for one to answer. */
const ANSWER_TIMEOUT = 1_000;

export interface MachineWatchOptions {
  readonly records: RecordWatcher;
  readonly liveness: ProcessLiveness;
  /** Of this host. */
  readonly running: () => readonly Instance[];
  /** The instances of other hosts have changed. */
  readonly onDidChange: () => void;
}

export class MachineWatch {
  readonly #lifetime = new Lifetime();
  #others: readonly MachineInstance[] = [];
  #instances: readonly MachineInstance[] = [];
  #asking: Promise<void> | undefined;

  /** The caller disposes it. */
  constructor(private readonly options: MachineWatchOptions) {
    this.#lifetime.own(options.records.onDidChange(() => void this.look()));
    const timer = setInterval(() => {
      if (options.records.others.length > 0) void this.look();
    }, ASK_EVERY);
    this.#lifetime.defer(() => {
      clearInterval(timer);
    });
    void this.look();
  }

  /** Oldest first. The same object for as long as nothing has changed. */
  get instances(): readonly MachineInstance[] {
    const all = [
      ...this.#others,
      ...this.options.running().map(({ listed }) => listed),
    ].sort((a, b) => a.createdAt - b.createdAt);
    if (!isDeepStrictEqual(all, this.#instances)) this.#instances = all;
    return this.#instances;
  }

  /** Asks the instances of other hosts. Resolves when all have answered, or have not in time. */
  look(): Promise<void> {
    return (this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    }));
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  async #ask(): Promise<void> {
    const { records, liveness, onDidChange } = this.options;
    const others = records.others;
    const states = await liveness.ofRecords(others);
    const asked = await Promise.all(
      others.map((record, index) => describe(record, states[index])),
    );
    const known = asked.filter((each) => each !== undefined);
    if (this.#lifetime.isEnded || isDeepStrictEqual(known, this.#others))
      return;
    this.#others = known;
    onDidChange();
  }
}

/** undefined: it does not run any more. */
async function describe(
  record: InstanceRecord,
  state: ProcessState = "foreign",
): Promise<MachineInstance | undefined> {
  if (state === "gone") return undefined;
  if (state === "foreign") return machineInstance(record, "foreign");
  try {
    const { active, clients, diffs, backends } = await describeInstance(
      record,
      ANSWER_TIMEOUT,
    );
    const doings = { isActive: active, clients, diffs, backends };
    return machineInstance(record, "live", doings);
  } catch {
    return machineInstance(record, "unresponsive");
  }
}
