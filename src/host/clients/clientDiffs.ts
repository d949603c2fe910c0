// One client's undecided diffs, by the client's own names for them.
import { randomUUID } from "node:crypto";
import { done, type Outcome } from "../../core/outcome";
import type { ActingEditor, DiffDecision, ProposedDiff } from "../contract";

const rejected = done<DiffDecision>({ kind: "rejected" });

export class ClientDiffs {
  readonly #pending = new Map<string, string>();
  readonly #closing = new Map<string, Promise<string | null>>();

  constructor(private readonly editor: ActingEditor) {}

  /**
   * Resolves when the user decides. A second diff of the same name replaces the first, which is rejected. Aborting
   * `cancelled` closes the diff.
   */
  async open(
    name: string,
    diff: Omit<ProposedDiff, "id" | "edited">,
    cancelled?: AbortSignal,
  ): Promise<Outcome<DiffDecision>> {
    const id = randomUUID();
    const cancel = () => {
      if (this.#pending.get(name) === id) void this.close(name);
    };
    const closed = this.close(name);
    this.#pending.set(name, id);
    cancelled?.addEventListener("abort", cancel);
    try {
      await closed;
      // Cancelled or replaced before it could be shown.
      if (cancelled?.aborted || this.#pending.get(name) !== id) return rejected;
      return await this.editor.openDiff({ ...diff, id, edited: null });
    } finally {
      cancelled?.removeEventListener("abort", cancel);
      if (this.#pending.get(name) === id) this.#pending.delete(name);
    }
  }

  /**
   * Closes a diff and returns the proposal as edited so far; null if there is none of that name. A concurrent second
   * call (a key pressed twice) returns the same, so that no caller loses the user's edits.
   */
  async close(name: string): Promise<string | null> {
    const id = this.#pending.get(name);
    if (id === undefined) return (await this.#closing.get(name)) ?? null;
    this.#pending.delete(name);
    const closing = this.editor.closeDiff(id);
    this.#closing.set(name, closing);
    try {
      return await closing;
    } finally {
      if (this.#closing.get(name) === closing) this.#closing.delete(name);
    }
  }

  /** Returns how many there were. */
  async closeAll(): Promise<number> {
    const names = [...this.#pending.keys()];
    await Promise.all(names.map((name) => this.close(name)));
    return names.length;
  }
}
