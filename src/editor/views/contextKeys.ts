// What VS Code's palette knows of: commands that have nothing to act on are not offered.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import type { TargetContext } from "../instances/target";
import { waitingDiffs } from "../instances/waiting";

export class ContextKeys {
  readonly #lifetime = new Lifetime();
  readonly #set = new Map<string, boolean>();

  constructor(private readonly context: TargetContext) {
    const { machine, diffs } = context;
    for (const { onDidChange } of [machine, diffs])
      this.#lifetime.own(
        onDidChange(() => {
          this.#update();
        }),
      );
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  #update(): void {
    const { pending } = this.context.diffs;
    this.#put("berth.hasDiffs", waitingDiffs(this.context).length > 0);
    this.#put("berth.hasOwnDiffs", pending.length > 0);
    this.#put(
      "berth.hasReasonedDiffs",
      pending.some(({ proposal }) => proposal.takesReason),
    );
  }

  #put(key: string, value: boolean): void {
    if (this.#set.get(key) === value) return;
    this.#set.set(key, value);
    void vscode.commands.executeCommand("setContext", key, value);
  }
}
