// An instance as what a bridge leads to: the one that its rule finds at that moment, as its record says.
import { watch } from "node:fs";
import { once } from "node:events";
import type { InstanceRecord } from "../../core/registry/formats";
import type { Machine } from "../machine";
import { NoInstance } from "../errors";
import { findInstance } from "../target";
import { NotThere, type Reach } from "./reach";
import type { Address } from "./upstream";

export interface Wanted {
  /** See findInstance; undefined: by the directory. */
  readonly target: string | undefined;
  readonly directory: string;
}

/** Milliseconds. */
const PATIENCE = 30_000;

export class InstanceReach implements Reach {
  readonly patience = PATIENCE;
  #record: InstanceRecord | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly wanted: Wanted,
  ) {}

  get name(): string {
    const { target, directory } = this.wanted;
    return this.#record?.name ?? target ?? `The instance of ${directory}`;
  }

  async find(): Promise<Address> {
    const { port, token, controlToken } = await this.#find();
    return {
      port,
      path: "/mcp",
      headers: { authorization: `Bearer ${token}` },
      controlToken,
    };
  }

  async changed(signal: AbortSignal): Promise<void> {
    try {
      const { directory } = this.machine.files.records;
      await once(watch(directory, { signal }), "change", { signal });
    } catch {
      // There is nothing to watch yet: it is found by looking again.
      if (!signal.aborted) await once(signal, "abort");
    }
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  async #find(): Promise<InstanceRecord> {
    const { target, directory } = this.wanted;
    try {
      // A branch may have renamed the one of before: its worktree is what it was found for.
      const same = target === undefined ? undefined : this.#record?.worktree;
      this.#record = await findInstance(
        this.machine,
        same ?? target,
        directory,
      );
      return this.#record;
    } catch (error) {
      if (error instanceof NoInstance) throw new NotThere(error.message);
      throw error;
    }
  }
}
