// What windows' users have decided about the backends of worktrees that they have open, and which of them nobody uses.
import {
  type BackendChoice,
  type BackendName,
  keyOfBackend,
} from "../../host/backendContract";

type Choice = Pick<BackendChoice, "isWanted" | "isIdle">;

export const NO_CHOICE: Choice = { isWanted: null, isIdle: false };

export class BackendChoices {
  readonly #choices = new Map<string, BackendChoice>();

  /** What a window knows of a host before this one; what this one knows counts more. */
  learn(choices: readonly BackendChoice[]): void {
    for (const choice of choices)
      if (!this.#choices.has(keyOfBackend(choice)))
        this.#choices.set(keyOfBackend(choice), choice);
  }

  of(named: BackendName): Choice {
    const { isWanted, isIdle } =
      this.#choices.get(keyOfBackend(named)) ?? NO_CHOICE;
    return { isWanted, isIdle };
  }

  /** Whether somebody has asked for one of the worktree's, and uses it. */
  isAnyWanted(worktree: string): boolean {
    return [...this.#choices.values()].some(
      (choice) =>
        choice.worktree === worktree &&
        choice.isWanted === true &&
        !choice.isIdle,
    );
  }

  /** Somebody asks for it, or has stopped it. */
  set(named: BackendName, isWanted: boolean): void {
    this.#put(named, { isWanted, isIdle: false });
  }

  /** Nobody has used it for long: it stays stopped until somebody asks for it. */
  setIdle(named: BackendName): void {
    this.#put(named, { ...this.of(named), isIdle: true });
  }

  /** It is as if nobody had stopped it, and somebody had used it. */
  resume(named: BackendName): void {
    const { isWanted } = this.of(named);
    this.#put(named, {
      isWanted: isWanted === false ? null : isWanted,
      isIdle: false,
    });
  }

  /** No window has them open any more. */
  forget(worktrees: ReadonlySet<string>): void {
    for (const [key, { worktree }] of this.#choices)
      if (worktrees.has(worktree)) this.#choices.delete(key);
  }

  #put({ worktree, name }: BackendName, choice: Choice): void {
    this.#choices.set(keyOfBackend({ worktree, name }), {
      worktree,
      name,
      ...choice,
    });
  }
}
