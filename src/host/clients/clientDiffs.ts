// The diffs that one client has proposed and nobody has decided yet, by the name the client gave each.
import { randomUUID } from "node:crypto";
import { done, type Outcome } from "../../core/outcome";
import type { DiffDecision, EditorApi, ProposedDiff } from "../contract";

const rejected = done<DiffDecision>({ kind: "rejected" });

export class ClientDiffs {
  readonly #pending = new Map<string, string>();
  readonly #closing = new Map<string, Promise<string | null>>();

  constructor(private readonly editor: EditorApi) {}

  /**
   * Resolves when the user decides. A second diff of the same name takes the place of the first, which is rejected.
   * It is taken back when nobody waits for the answer any more.
   */
  async open(
    name: string,
    diff: Omit<ProposedDiff, "id">,
    unwanted?: AbortSignal,
  ): Promise<Outcome<DiffDecision>> {
    const id = randomUUID();
    const takeBack = () => {
      if (this.#pending.get(name) === id) void this.close(name);
    };
    const closed = this.close(name);
    this.#pending.set(name, id);
    unwanted?.addEventListener("abort", takeBack);
    try {
      await closed;
      // Taken back, or replaced, before it could be shown.
      if (unwanted?.aborted || this.#pending.get(name) !== id) return rejected;
      return await this.editor.openDiff({ ...diff, id });
    } finally {
      unwanted?.removeEventListener("abort", takeBack);
      if (this.#pending.get(name) === id) this.#pending.delete(name);
    }
  }

  /**
   * Takes a diff back and returns the proposal as it then stood; null when there is none of that name. Asked again
   * meanwhile, as at a key pressed twice, it returns the same: no answer may lose what the user has changed.
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

  /** Takes all back and says how many there were. */
  async closeAll(): Promise<number> {
    const names = [...this.#pending.keys()];
    await Promise.all(names.map((name) => this.close(name)));
    return names.length;
  }
}
