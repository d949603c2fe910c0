// The diffs that one client has proposed and nobody has decided yet, by the name the client gave each.
import { randomUUID } from "node:crypto";
import type {
  DiffDecision,
  EditorApi,
  Outcome,
  ProposedDiff,
} from "./contract";

export class ClientDiffs {
  readonly #pending = new Map<string, string>();

  constructor(private readonly editor: EditorApi) {}

  /** Resolves when the user decides. A second diff of the same name takes the place of the first, which is rejected. */
  async open(
    name: string,
    diff: Omit<ProposedDiff, "id">,
  ): Promise<Outcome<DiffDecision>> {
    await this.close(name);
    const id = randomUUID();
    this.#pending.set(name, id);
    try {
      return await this.editor.openDiff({ ...diff, id });
    } finally {
      if (this.#pending.get(name) === id) this.#pending.delete(name);
    }
  }

  /** Takes a diff back; false when there is none of that name. */
  async close(name: string): Promise<boolean> {
    const id = this.#pending.get(name);
    if (id === undefined) return false;
    this.#pending.delete(name);
    await this.editor.closeDiff(id);
    return true;
  }

  /** Takes all back and says how many there were. */
  async closeAll(): Promise<number> {
    const names = [...this.#pending.keys()];
    await Promise.all(names.map((name) => this.close(name)));
    return names.length;
  }
}
