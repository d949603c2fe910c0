// Ownership in one place: whoever starts something hands it here, and one dispose() ends everything in reverse order.

/** What can be ended. `dispose` may be async; a lifetime awaits it. */
export interface Disposable {
  dispose(): unknown;
}

/**
 * Owns disposables until `dispose()`. Ends them one after the other, newest first, goes on after a failure and then
 * throws one AggregateError. What is handed over after the end is ended at once. Disposing twice is harmless.
 */
export class Lifetime {
  readonly #owned: Disposable[] = [];
  #ended: Promise<void> | undefined;

  own<T extends Disposable>(disposable: T): T {
    if (this.#ended)
      void Promise.resolve(disposable.dispose()).catch(() => undefined);
    else this.#owned.push(disposable);
    return disposable;
  }

  /** Owns members that do not depend on one another: they are ended at the same time. */
  ownTogether(members: readonly Disposable[]): void {
    this.defer(() => disposeTogether(members));
  }

  defer(dispose: () => unknown): void {
    this.own({ dispose });
  }

  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  dispose(): Promise<void> {
    return (this.#ended ??= this.#disposeAll());
  }

  async #disposeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (
      let next = this.#owned.pop();
      next !== undefined;
      next = this.#owned.pop()
    ) {
      try {
        await next.dispose();
      } catch (failure) {
        failures.push(failure);
      }
    }
    throwAny(failures);
  }
}

async function disposeTogether(members: readonly Disposable[]): Promise<void> {
  const outcomes = await Promise.allSettled(
    // In a callback of a promise, so that a throw is a rejection and the others are still ended.
    members.map((member) => Promise.resolve().then(() => member.dispose())),
  );
  throwAny(
    outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason as unknown] : [],
    ),
  );
}

function throwAny(failures: readonly unknown[]): void {
  if (failures.length > 0)
    throw new AggregateError(failures, "Some parts did not end cleanly.");
}
