// What windows' users have decided about the backends of worktrees that they have open.
import type { BackendChoice } from "../../host/backendContract";

type Named = Pick<BackendChoice, "worktree" | "name">;

export class BackendChoices {
  readonly #choices = new Map<string, BackendChoice>();

  /** What a window knows of a host before this one; what this one knows counts more. */
  learn(choices: readonly BackendChoice[]): void {
    for (const choice of choices)
      if (!this.#choices.has(keyOf(choice)))
        this.#choices.set(keyOf(choice), choice);
  }

  /** Whether somebody has asked for it, or has stopped it; undefined: neither. */
  isWanted(named: Named): boolean | undefined {
    return this.#choices.get(keyOf(named))?.isWanted;
  }

  set({ worktree, name }: Named, isWanted: boolean): void {
    const choice = { worktree, name, isWanted };
    this.#choices.set(keyOf(choice), choice);
  }

  /** It is as if nobody had stopped it. */
  resume(named: Named): void {
    if (this.isWanted(named) === false) this.#choices.delete(keyOf(named));
  }

  /** No window has them open any more. */
  forget(worktrees: ReadonlySet<string>): void {
    for (const [key, { worktree }] of this.#choices)
      if (worktrees.has(worktree)) this.#choices.delete(key);
  }
}

function keyOf({ worktree, name }: Named): string {
  return `${worktree}\0${name}`;
}
