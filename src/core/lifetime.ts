// Ownership in one place: register what you start, and one dispose() ends it all in reverse order.

/** `dispose` may be async; a Lifetime awaits it. */
export interface Disposable {
  dispose(): unknown;
}

/**
 * Disposes what it owns one by one, newest first. Continues after a failure and throws all failures as one
 * AggregateError. What is added after dispose() is disposed at once. dispose() is idempotent.
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

  /** Owns independent members, which are disposed in parallel. */
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
    throwIfAny(failures);
  }
}

async function disposeTogether(members: readonly Disposable[]): Promise<void> {
  const outcomes = await Promise.allSettled(
    // Inside then(), so that a synchronous throw becomes a rejection and the others are still disposed.
    members.map((member) => Promise.resolve().then(() => member.dispose())),
  );
  throwIfAny(
    outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason as unknown] : [],
    ),
  );
}

function throwIfAny(failures: readonly unknown[]): void {
  if (failures.length > 0)
    throw new AggregateError(failures, "Some parts did not end cleanly.");
}
