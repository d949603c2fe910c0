// What a bridge leads to, and how it is found, each time anew: an address of before may be another's by now.
import type { Address } from "./upstream";

export interface Reach {
  /** As it is called in sentences. */
  readonly name: string;
  /** Milliseconds for which a call waits until it can be reached. */
  readonly patience: number;
  /**
   * Throws NotThere while there is none, which may change, and a UserError if it cannot be reached at all as things are. Given up when
   * the signal is aborted.
   */
  find(signal: AbortSignal): Promise<Address>;
  /** Resolves when it may be found where it was not before, or when the signal is aborted. */
  changed(signal: AbortSignal): Promise<void>;
  /** Gives back what was held for it. */
  release(): Promise<void>;
}

/** There is nothing to reach yet. The message says what to do. */
export class NotThere extends Error {}
