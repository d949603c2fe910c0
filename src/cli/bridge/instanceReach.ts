// An instance as what a bridge leads to: the one that its rule finds at that moment, as its record says.
import { watch } from "node:fs";
import { once } from "node:events";
import type { InstanceRecord } from "../../core/registry/formats";
import type { Machine } from "../machine";
import { NoInstance } from "../errors";
import { findInstance, instanceOf } from "../target";
import { NotThere, type Reach } from "./reach";
import type { Address } from "./upstream";

export type Wanted =
  | {
      /** See findInstance; undefined: by the directory. */
      readonly target: string | undefined;
      readonly directory: string;
    }
  | { readonly worktree: string };

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
    if (this.#record) return this.#record.name;
    if ("worktree" in this.wanted)
      return `The instance of ${this.wanted.worktree}`;
    const { target, directory } = this.wanted;
    return target ?? `The instance of ${directory}`;
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
    try {
      this.#record = await this.#wantedInstance();
      return this.#record;
    } catch (error) {
      if (error instanceof NoInstance) throw new NotThere(error.message);
      throw error;
    }
  }

  /** Once found it is the one of its worktree: a client is never handed on to another, whatever has its name by now. */
  #wantedInstance(): Promise<InstanceRecord> {
    const { machine } = this;
    const wanted = this.#record ?? this.wanted;
    return "worktree" in wanted
      ? instanceOf(machine, wanted.worktree)
      : findInstance(machine, wanted.target, wanted.directory);
  }
}
